#!/bin/sh
# Makes the image of an SD card for Raspberry Pi 3, 4, 400, CM4 and Zero 2 W: npm run image (docs/install.md).
#
#     --board pi5    for Raspberry Pi 5, with the kernel of trixie-backports; only built, never booted
#     --deb FILE     the package of kith for arm64; made by `npm run deb` unless given
#     --out FOLDER   where the image goes; dist-image unless given
#     --no-xz        the plain image alone
#     --fresh        Debian's packages anew, not from the cache
#     --twice        makes it a second time, and fails where the same packages did not give the same bytes
#
# Nothing is mounted, and no loop device is used. Root is needed only where the machine lets nobody else make user
# namespaces, and once to register the emulator of arm64 (binfmt).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
clone=$(cd "$here/../.." && pwd)
out=$clone/dist-image deb='' xz=yes fresh=no board='' twice=no
while [ $# -gt 0 ]; do
  case $1 in
    --deb) deb=$(realpath "$2"); shift 2 ;;
    --out) out=$2; shift 2 ;;
    --no-xz) xz=no; shift ;;
    --fresh) fresh=yes; shift ;;
    --twice) twice=yes; shift ;;
    --board) board=$2; shift 2 ;;
    *) echo "npm run image: unknown: $1" >&2; exit 2 ;;
  esac
done
[ -z "$board" ] || [ -d "$here/boards/$board" ] || { echo "npm run image: --board takes pi5, not $board" >&2; exit 2; }

# MiB. The gap between root and data is for a second root; data is made on the device (root/usr/lib/kith-image).
BOOT_AT=4 BOOT=512 ROOT_AT=516 ROOT=1536
# Same bytes each time: these are of the file systems, not of the machines.
DISK_ID=4b495448
ROOT_UUID=6b697468-726f-6f74-8000-000000000001
HASH_SEED=6b697468-7365-6564-8000-000000000001

export TZ=UTC LC_ALL=C.UTF-8 PATH="$PATH:/usr/sbin:/sbin"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kith-image
began=$(date +%s)
say() { printf '%5d s  %s\n' $(($(date +%s) - began)) "$*"; }
fail() { echo "npm run image: $*" >&2; exit 1; }

check_needs() {
  missing=''
  while read -r program package; do
    [ -z "$program" ] || command -v "$program" > /dev/null || missing="$missing $package"
  done << END
mmdebstrap mmdebstrap
mke2fs e2fsprogs
mkfs.fat dosfstools
mcopy mtools
sfdisk fdisk
xz xz-utils
fdtput device-tree-compiler
$([ "$(id -u)" = 0 ] || echo newuidmap uidmap)
END
  [ -z "$missing" ] || fail "missing; apt-get install$missing"
  # Reads a tar since 1.47.1.
  mke2fs -V 2>&1 | grep -Eq '1\.(4[89]|47\.[1-9]|[5-9])' ||
    fail 'e2fsprogs 1.47.1 or later is needed; on Debian 12: apt-get install -t bookworm-backports e2fsprogs'
  [ "$(id -u)" = 0 ] || check_namespaces
  arm=/proc/sys/fs/binfmt_misc/qemu-aarch64
  [ "$(uname -m)" = aarch64 ] || [ -e "$arm" ] || register_emulator
}

# Who is not root is root in a user namespace of their own [user_namespaces(7), newuidmap(1)].
check_namespaces() {
  user=$(id -un)
  for kind in subuid subgid; do
    grep -Eq "^($user|$(id -u)):[0-9]+:[0-9]{5,}$" "/etc/$kind" ||
      fail "$user has no ids in /etc/$kind for a user namespace: as root, once:" \
        "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user"
  done
  unshare --user --map-root-user true 2> /dev/null ||
    fail 'only root may make user namespaces here (sysctl: user.max_user_namespaces,' \
      'kernel.unprivileged_userns_clone or kernel.apparmor_restrict_unprivileged_userns): allow it, or run this as root'
}

register_emulator() {
  conf=/usr/lib/binfmt.d/qemu-aarch64.conf
  [ -e "$conf" ] || fail 'programs of arm64 do not run here: apt-get install -t bookworm-backports qemu-user-static'
  [ "$(id -u)" = 0 ] || fail "programs of arm64 do not run here; as root, once: systemctl restart systemd-binfmt"
  [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  cat "$conf" > /proc/sys/fs/binfmt_misc/register
}

# Debian with kernel and firmware, in the cache by what decides what is in it.
make_base() {
  key=$("$here/base.sh" --key "$board")
  base=$cache/base$board-$key.tar
  if [ -e "$base" ] && [ "$fresh" = no ]; then
    say "Debian's packages are in the cache ($base)"
    return
  fi
  say "Debian's packages, installed by an emulated arm64: 4 to 20 minutes"
  rm -f "$base.part"
  "$here/base.sh" "$base.part" "$board" 2>&1 | progress
  [ -s "$base.part" ] || fail "Debian could not be installed: $cache/mmdebstrap$board.log"
  mv "$base.part" "$base"
  find "$cache" -name "base$board-*.tar" ! -path "$base" -delete
}

# mmdebstrap's lines with the seconds; what its packages' scripts say is in the log.
progress() {
  tee "$cache/mmdebstrap$board.log" | while IFS= read -r line; do
    case $line in
      I:*) say "  ${line#I: }" ;;
      E:* | W:*) say "  $line" ;;
    esac
  done
}

# The files of root/, the board's own and the package are added to the base; the boot partition's files go into a tar of
# their own.
# shellcheck disable=SC2016 # $1 is for the shell of the hooks: the folder of the root
make_root() {
  say 'kith and its settings'
  # Owners, modes and times are not those of the clone.
  mkdir "$work/own"
  cp -R "$here/root/." ${board:+"$here/boards/$board/root/."} "$work/own"
  tar -C "$work/own" --owner=root:0 --group=root:0 --mode=u=rwX,go=rX --mtime="@$epoch" --sort=name \
    -cf "$work/own.tar" .
  SOURCE_DATE_EPOCH=$epoch mmdebstrap --architectures=arm64 --variant=custom --skip=update,cleanup/apt --format=tar \
    --setup-hook="tar-in $base /" \
    --customize-hook="tar-in $work/own.tar /" \
    --customize-hook="copy-in $work/kith.deb /tmp" \
    --customize-hook="copy-in $here/finish /tmp" \
    --customize-hook='chroot "$1" sh /tmp/finish' --customize-hook='rm "$1/tmp/finish"' \
    --customize-hook='chroot "$1" dpkg-query -W > "$1/tmp/packages.txt"' \
    --customize-hook="copy-out /tmp/packages.txt $work" --customize-hook='rm "$1/tmp/packages.txt"' \
    --customize-hook="tar-out /boot/firmware $work/firmware.tar" --customize-hook='rm -r "$1"/boot/firmware/*' \
    trixie "$work/root.tar" http://deb.debian.org/debian 2>&1 | progress
  [ -s "$work/root.tar" ] || fail "kith could not be installed: $cache/mmdebstrap$board.log"
  mkdir "$work/firmware"
  tar -xf "$work/firmware.tar" -C "$work/firmware" --strip-components=1 --no-same-owner
}

make_boot() {
  say 'boot partition'
  boot=$work/boot.img
  cp "$here/kith.yaml" "$work/firmware/"
  find "$work/firmware" -exec touch -h -d "@$epoch" {} +
  truncate -s "${BOOT}M" "$boot"
  mkfs.fat --invariant -F 32 -i "$DISK_ID" -n KITHBOOT "$boot" > /dev/null
  (cd "$work/firmware" && find . -mindepth 1 -type d | sort) | while read -r folder; do
    SOURCE_DATE_EPOCH=$epoch mmd -i "$boot" "::$folder"
  done
  (cd "$work/firmware" && find . -type f | sort) | while read -r file; do
    SOURCE_DATE_EPOCH=$epoch mcopy -m -i "$boot" "$work/firmware/$file" "::$file"
  done
}

make_image() {
  say 'root partition'
  SOURCE_DATE_EPOCH=$epoch mke2fs -q -t ext4 -L KITHROOT -m 1 -U "$ROOT_UUID" \
    -E "hash_seed=$HASH_SEED,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0" \
    -d "$work/root.tar" "$work/root.img" "${ROOT}M"
  say 'image'
  truncate -s $(((ROOT_AT + ROOT) * 1024 * 1024)) "$work/$name.img"
  sfdisk --quiet "$work/$name.img" << END
label: dos
label-id: 0x$DISK_ID
start=$((BOOT_AT * 2048)), size=$((BOOT * 2048)), type=c, bootable
start=$((ROOT_AT * 2048)), size=$((ROOT * 2048)), type=83
END
  dd if="$work/boot.img" of="$work/$name.img" bs=1M seek=$BOOT_AT conv=notrunc,sparse status=none
  dd if="$work/root.img" of="$work/$name.img" bs=1M seek=$ROOT_AT conv=notrunc,sparse status=none
}

# All of it once more, in folders of other names, beside what is there.
make_again() {
  say 'a second time'
  mkdir "$work/again"
  [ "$fresh" = no ] || set -- --fresh
  SOURCE_DATE_EPOCH=$epoch "$0" "$@" --board "$board" ${given:+--deb "$given"} --no-xz --out "$work/again" | sed 's/^/  /'
  [ -e "$work/again/$name.img" ] || fail 'the second image could not be made'
  diff "$out/$name.packages" "$work/again/$name.packages" ||
    fail 'Debian has had other packages the second time (above); nothing can be said about the bytes'
  cmp "$out/$name.img" "$work/again/$name.img" || fail 'the same packages gave other bytes'
  rm -r "$work/again"
  say "the second image has the same bytes: sha256 $(sha256sum "$out/$name.img" | cut -d ' ' -f 1)"
}

check_needs
mkdir -p "$out" "$cache"
work=$(mktemp -d "${TMPDIR:-/tmp}/kith-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
# mmdebstrap may be another user in its namespace.
chmod 755 "$work"
given=$deb
version=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' "$clone/package.json")
name=kith-rpi${board#pi}-$version
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$clone" log -1 --format=%ct)}

if [ -z "$deb" ]; then
  say 'the package of kith (npm run deb)'
  (cd "$clone" && npm run --silent deb -- --arch arm64 --out "$work" > "$work/deb.log" 2>&1) ||
    { cat "$work/deb.log"; fail 'the package could not be made'; }
  deb=$(find "$work" -name 'kith_*_arm64.deb')
fi
cp "$deb" "$work/kith.deb"
make_base
make_root
make_boot
make_image
# Those of a former image.
rm -f "$out/$name.img.xz" "$out/$name.rpi-imager-manifest"
mv "$work/$name.img" "$out/$name.img"
mv "$work/packages.txt" "$out/$name.packages"
[ "$twice" = no ] || make_again
if [ "$xz" = yes ]; then
  say 'compressing'
  xz -3 --threads=2 --keep --force "$out/$name.img"
  "$here/manifest.sh" "$out" "$name" "$version" "$epoch" "$board"
fi
[ -z "$board" ] || say 'only built: no machine or emulator has booted an image for this board'
say "done: $out/$name.img"
