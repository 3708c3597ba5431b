#!/bin/sh
# Writes OUT/NAME.rpi-imager-manifest for OUT/NAME.img.xz: with it, Raspberry Pi Imager offers the image by name, checks
# it, and does not offer settings that the image would ignore (init_format none: its settings are kith.yaml).
#
#     manifest.sh OUT NAME VERSION SECONDS [BOARD]
set -eu
out=$(realpath "$1") name=$2 version=$3 seconds=$4
boards='for Raspberry Pi 3, 4, 400, CM4 and Zero 2 W' devices='"pi3-64bit", "pi4-64bit"'
if [ "${5:-}" = pi5 ]; then
  boards='for Raspberry Pi 5 (only built, never booted)' devices='"pi5-64bit"'
fi
image=$out/$name.img
sha() { sha256sum "$1" | cut -d ' ' -f 1; }
cat > "$out/$name.rpi-imager-manifest" << END
{
  "os_list": [
    {
      "name": "kith $version",
      "description": "An edge node on Debian trixie, $boards; edit kith.yaml on the card",
      "icon": "",
      "url": "file://$image.xz",
      "extract_size": $(stat -c %s "$image"),
      "extract_sha256": "$(sha "$image")",
      "image_download_size": $(stat -c %s "$image.xz"),
      "image_download_sha256": "$(sha "$image.xz")",
      "release_date": "$(date -u -d "@$seconds" +%F)",
      "init_format": "none",
      "devices": [$devices]
    }
  ]
}
END
