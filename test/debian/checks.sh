# Sourced before the scripts of this folder: each check is one line, `ok WHAT` or `not ok WHAT` with what was seen.
# shellcheck shell=bash
cd /root/check || exit 1

# check WHAT COMMAND...: the command must succeed.
check() {
  local what=$1 seen
  shift
  if seen=$("$@" 2>&1); then echo "ok $what"; else printf 'not ok %s\n%s\n' "$what" "$seen"; fi
}

# refused WHAT TEXT COMMAND...: the command must fail, and say the text.
refused() {
  local what=$1 text=$2 seen
  shift 2
  if seen=$("$@" 2>&1); then printf 'not ok %s: it succeeded\n%s\n' "$what" "$seen"
  elif grep -qF -- "$text" <<<"$seen"; then echo "ok $what"
  else printf 'not ok %s\n%s\n' "$what" "$seen"; fi
}

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { "$@"; return 1; }
    sleep 0.2
  done
}

property() { systemctl show kith --property "$1" --value; }
is() { [ "$(property "$1")" = "$2" ] || { echo "$1 is $(property "$1")"; return 1; }; }
peer() { kith id --json --home /var/lib/kith | sed -n 's/.*"peer":"\([^"]*\)".*/\1/p'; }
