#!/bin/sh
# Debian trixie for arm64, with the kernel and the firmware of Raspberry Pi, as the tar $1. apt checks each package
# by Debian's keys. The programs of arm64 run in an emulator; most of the time is theirs.
set -eu
cd "$(dirname "$0")"
export SOURCE_DATE_EPOCH=1764374400
exec mmdebstrap --architectures=arm64 --variant=minbase --format=tar \
  --include="$(grep -v '^#' packages | paste -sd,)" \
  --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-confold \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-include=/usr/share/man/man*/kith*' \
  --essential-hook="cp -R '$PWD/base/.' \"\$1/\"" \
  trixie "$1" \
  'deb http://deb.debian.org/debian trixie main non-free-firmware' \
  'deb http://deb.debian.org/debian trixie-updates main non-free-firmware' \
  'deb http://deb.debian.org/debian-security trixie-security main non-free-firmware'
