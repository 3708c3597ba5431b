# The package on another machine, emulated by qemu-user, and without a systemd that runs: as where an image is built.
# shellcheck shell=bash disable=SC2016
check 'the package installs' dpkg --install new.deb
check 'no node was started, and no key was made' test ! -e /var/lib/kith/identity.key
check 'the service is enabled for the first start' test -L /etc/systemd/system/multi-user.target.wants/kith.service
check 'the configuration is there' test "$(stat -c '%U %a' /var/lib/kith/kith.yaml)" = 'kith 600'
check 'kith says its version' kith --version
check 'the natives load' /usr/lib/kith/node --eval '
  const addons = `./native/build/linux-${process.arch}`
  for (const name of ["onoff", ...["gpio", "i2c", "process"].map((addon) => `${addons}/${addon}.node`)])
    require(require.resolve(name, { paths: ["/usr/lib/kith"] }))'
kith run --simulated --home /root/home --set mdns=false --set listen=/ip4/127.0.0.1/tcp/0 >run.log 2>&1 &
node=$!
check 'a simulated node starts' until_true 120 kith status --home /root/home
check 'and measures' until_true 60 bash -c "kith ask air --home /root/home --timeout 20s || kith status --home /root/home | grep -q ' °C'"
kill -TERM "$node"
wait "$node"
check 'and ends in order' test $? = 0
check 'the package is purged' dpkg --purge kith
echo end
