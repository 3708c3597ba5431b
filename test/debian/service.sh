# The service under systemd: packages as in package.sh.
# shellcheck shell=bash disable=SC2016
check 'the package installs' dpkg --install new.deb
check 'it has said that it is ready' is ActiveState active
check 'the unit is in order' systemd-analyze verify kith.service
check 'its fence is closed as far as the documents say' bash -c '
  [ "$(systemd-analyze security kith --no-pager | sed -n "s/.*level for kith.service: \([0-9.]*\) .*/\1/p")" = 1.7 ]'
status=/proc/$(property MainPID)/status
check 'it has no capabilities, no new privileges, and its system calls are filtered' bash -c "
  grep -q '^CapBnd:\s0*$' $status && grep -q '^NoNewPrivs:\s1' $status && grep -q '^Seccomp:\s2' $status"

check 'its code was compiled by the installation' test "$(du --summarize /var/cache/kith | cut -f 1)" -gt 500

# A watchdog short enough for a test; only its time differs from the unit.
mkdir -p /etc/systemd/system/kith.service.d
printf '[Service]\nWatchdogSec=3\nTimeoutAbortSec=1\n' >/etc/systemd/system/kith.service.d/test.conf
systemctl daemon-reload
systemctl restart kith
process=$(property MainPID)
sleep 8
check 'a process that is well is left alone' test "$process" = "$(property MainPID)" -a "$(property NRestarts)" = 0
kill -STOP "$process"
check 'one that hangs is ended and started again' until_true 20 is NRestarts 1
check 'because of the watchdog' until_true 5 grep -q 'Watchdog timeout' <(journalctl -u kith)
check 'and is ready again' until_true 10 is ActiveState active
check 'with the same PeerId' test -n "$(peer)"
rm /etc/systemd/system/kith.service.d/test.conf
systemctl daemon-reload
systemctl restart kith

waits=
for _ in 1 2 3; do
  kill -KILL "$(property MainPID)"
  until_true 20 is SubState auto-restart
  waits="$waits $(property RestartUSecNext)"
  until_true 40 is ActiveState active
done
echo "# waits before a start:$waits"
# shellcheck disable=SC2086
check 'each restart waits longer' bash -c '[ $# = 3 ] && [ "$1" != "$2" ] && [ "$2" != "$3" ]' waits $waits

echo 'history: { age: 7 }' >/var/lib/kith/kith.yaml
systemctl restart kith
check 'a wrong configuration' until_true 10 is ActiveState failed
sleep 4
check 'is not started again' is NRestarts 0
check 'and the log names line and cure' grep -q 'kith.yaml:1:17.*has no unit' <(journalctl -u kith)
rm /var/lib/kith/kith.yaml
systemctl reset-failed kith
systemctl start kith
check 'it stops when it is told to' systemctl stop kith
check 'in order' is Result success
check 'and leaves no socket' test ! -e /var/lib/kith/control.sock -a ! -e /run/kith/control.sock
dpkg --purge kith >/dev/null

# As npm installs it for all users: Node and kith in other places than those of the package.
dpkg --extract new.deb /root/check/unpacked
mkdir -p /opt/kith
cp -r unpacked/usr/lib/kith/. /opt/kith
install -D unpacked/usr/lib/kith/node /opt/node/bin/node
kith() { /opt/node/bin/node /opt/kith/bin/kith.js "$@"; }
refused 'a user who is not root is told how to install the service' 'sudo' su nobody -s /bin/sh -c '/opt/node/bin/node /opt/kith/bin/kith.js service install'
check 'kith service install' kith service install
check 'starts it, and it is ready' until_true 10 is ActiveState active
check 'by the other Node' grep -q /opt/node/bin/node <(readlink "/proc/$(property MainPID)/exe")
check 'the unit is in order, too' bash -c '! systemd-analyze verify kith.service 2>&1 | grep -v "man kith"'
check 'the home belongs to its user alone' test "$(stat -c '%U %a' /var/lib/kith /var/lib/kith/kith.yaml | tr '\n' ' ')" = 'kith 700 kith 600 '
before=$(peer)
check 'once more' kith service install
check 'changes nothing' test "$before" = "$(peer)"
check 'kith logs shows what it wrote' grep -q ' started  name=' <(kith logs)
check 'kith service remove' kith service remove
check 'stops it' is ActiveState inactive
check 'and keeps the home' test -s /var/lib/kith/identity.key
check 'once more, it says that there is nothing' grep -q 'nothing: the service is not installed' <(kith service remove)
check 'with --purge' kith service remove --purge
check 'the home is gone' test ! -e /var/lib/kith
check 'the package installs afterwards' dpkg --install new.deb
refused 'and is not touched by kith service' 'the Debian package has the service already' kith service install
echo end
