# The service under systemd: packages as in package.sh.
check 'the package installs' dpkg --install new.deb
check 'it has said that it is ready' is ActiveState active
check 'the unit is in order' systemd-analyze verify kith.service
check 'its fence is closed as far as the documents say' bash -c '
  [ "$(systemd-analyze security kith --no-pager | sed -n "s/.*level for kith.service: \([0-9.]*\) .*/\1/p")" = 1.7 ]'
status=/proc/$(property MainPID)/status
check 'it has no capabilities, no new privileges, and its system calls are filtered' bash -c "
  grep -q '^CapBnd:\s0*$' $status && grep -q '^NoNewPrivs:\s1' $status && grep -q '^Seccomp:\s2' $status"

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
echo end
