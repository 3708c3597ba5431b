# The life of the package: OLD.deb, NEW.deb and LATER.deb (whose history has a later version) lie in /root/check.
# shellcheck shell=bash disable=SC2016
check 'the package installs' dpkg --install old.deb
check 'the service is enabled' systemctl --quiet is-enabled kith
check 'it runs, and has said that it is ready' is ActiveState active
check 'systemd knows its sensors and peers' grep -q ': 0 sensors, 0 peers connected' <(property StatusText)
check 'the home belongs to its user alone' test "$(stat -c '%U %a' /var/lib/kith)" = 'kith 700'
check 'the configuration is there, and right' kith config check
check 'root needs no --home' kith status
useradd --create-home anna
refused 'a stranger is told how to become a member' 'usermod -aG kith' su anna -c 'kith status'
usermod -aG kith anna
check 'a member of the group asks without sudo' su anna -c 'kith status'
check 'and cannot read the key' su anna -c '! cat /var/lib/kith/identity.key'
check 'the manual pages are there' test -s /usr/share/man/man1/kith.1.gz -a -s /usr/share/man/man5/kith.yaml.5.gz
check 'the completion of bash knows the commands' bash -c '
  . /usr/share/bash-completion/completions/kith; COMP_WORDS=(kith sta); COMP_CWORD=1; _kith; [ "${COMPREPLY[0]}" = status ]'
check 'the natives load' /usr/lib/kith/node --eval '
  const addons = `./native/build/linux-${process.arch}`
  for (const name of ["onoff", ...["gpio", "i2c", "process"].map((addon) => `${addons}/${addon}.node`)])
    require(require.resolve(name, { paths: ["/usr/lib/kith"] }))'
check 'i2c and gpio are groups of the user' test "$(id -nG kith | tr ' ' '\n' | sort | tr '\n' ' ')" = 'gpio i2c kith '

before=$(peer)
sed -i 's/^#name: .*/name: attic/' /var/lib/kith/kith.yaml
process=$(property MainPID)
check 'an upgrade installs' dpkg --install new.deb
check 'it starts the new version' until_true 10 is ActiveState active
check 'in a new process' test "$process" != "$(property MainPID)"
check 'with the same PeerId' test -n "$before" -a "$before" = "$(peer)"
check 'and the configuration as it was edited' grep -q '^name: attic' /var/lib/kith/kith.yaml
check 'which counts' until_true 10 grep -q '^attic:' <(property StatusText)

as_kith() { su --shell /bin/sh kith --command "$1"; }
check 'the user of the service backs it up' as_kith 'kith backup /tmp/first.tar'
check 'into a pipe as well' as_kith 'kith backup - > /tmp/second.tar'
check 'and the cache of that command is not in it' bash -c '! tar --list --file /tmp/second.tar | grep cache'
systemctl stop kith
mv /var/lib/kith /var/lib/kith.old
check 'root restores it' kith restore /tmp/second.tar --home /var/lib/kith
check 'it runs again' systemctl start kith
check 'with the PeerId of the backup' test "$before" = "$(peer)"
check 'and the home belongs to its user again' test "$(stat -c '%U %a' /var/lib/kith/identity.key)" = 'kith 600'
rm -r /var/lib/kith.old

systemctl disable --now --quiet kith
check 'an upgrade of a stopped and disabled service' dpkg --install old.deb
check 'does not start it' is ActiveState inactive
systemctl enable --now --quiet kith

check 'a later kith, with a later history' dpkg --install later.deb
systemctl stop kith
printf '\0\0\003\347' | dd of=/var/lib/kith/history.sqlite bs=1 seek=60 conv=notrunc status=none
refused 'going back from it is refused' 'was written by a later kith (version 999' dpkg --install new.deb
check 'and leaves the later one installed' grep -q '^Version: 9' <(dpkg --status kith)
printf '\0\0\0\001' | dd of=/var/lib/kith/history.sqlite bs=1 seek=60 conv=notrunc status=none

check 'it is removed' dpkg --remove kith
check 'nothing of it runs' bash -c '! readlink /proc/*/exe | grep /usr/lib/kith/node'
check 'the home stays' test -s /var/lib/kith/identity.key
check 'and is used again' dpkg --install new.deb
check 'with the same PeerId again' test "$before" = "$(peer)"
check 'it is purged' dpkg --purge kith
check 'with its home' test ! -e /var/lib/kith -a ! -e /var/cache/kith
check 'and its links of systemd' bash -c '! find /etc/systemd -name "kith*" | grep .'
echo end
