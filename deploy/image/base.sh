#!/bin/sh
# Debian trixie for arm64, with the kernel and the firmware of Raspberry Pi, as the tar $1; with $2, a folder of boards/,
# that board's settings and the kernel of trixie-backports. apt checks each package by Debian's keys. The programs of
# arm64 run in an emulator; most of the time is theirs.
#
#     base.sh TAR [BOARD]
#     base.sh --key [BOARD]     a digest of all that decides what is in it, for a cache
set -eu
cd "$(dirname "$0")"
tar=$1 board=${2:-}
if [ "$tar" = --key ]; then
  # Paths, and whether a file is a program, count as well.
  tar --owner=root:0 --group=root:0 --mode=u=rwX,go=rX --mtime=@0 --sort=name \
    -cf - packages base.sh base ${board:+"boards/$board/base"} | sha256sum | cut -c1-16
  exit
fi
export SOURCE_DATE_EPOCH=1764374400
work=$(mktemp -d "${TMPDIR:-/tmp}/kith-base.XXXXXX")
trap 'rm -rf "$work"' EXIT
# mmdebstrap may be another user in its namespace, who cannot read a clone in a private home.
mkdir "$work/files"
cp -R base/. ${board:+"boards/$board/base/."} "$work/files"
pack() {
  tar -C "$work/files" --owner=root:0 --group=root:0 --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" --sort=name \
    -cf "$work/$1.tar" "$2"
}
pack base .

set -- 'deb http://deb.debian.org/debian trixie main non-free-firmware' \
  'deb http://deb.debian.org/debian trixie-updates main non-free-firmware' \
  'deb http://deb.debian.org/debian-security trixie-security main non-free-firmware'
if [ -n "$board" ]; then
  # apt reads its preferences before it chooses the first package.
  pack apt ./etc/apt
  set -- "$@" 'deb http://deb.debian.org/debian trixie-backports main' --setup-hook="tar-in $work/apt.tar /"
fi
# The run that adds kith makes the device nodes; who is not root could not unpack them.
mmdebstrap --architectures=arm64 --variant=minbase --skip=output/dev --format=tar \
  --include="$(grep -v '^#' packages | paste -sd,)" \
  --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-confold \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-include=/usr/share/man/man*/kith*' \
  --essential-hook="tar-in $work/base.tar /" \
  trixie "$tar" "$@"
