import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import t from 'tap'
import { KITH } from '../support/process/kith.ts'

/**
 * In a mount namespace of its own: a home is made, becomes read-only, and its node is started twice and asked.
 * The folder of runtime files is fresh there, so that nothing is left behind.
 */
const SCRIPT = `
home="$1"; node="$2"; kith="$3"
mount -t tmpfs none /run && mkdir /run/kith || exit 99
export KITH_MDNS=false KITH_LISTEN=/ip4/127.0.0.1/tcp/0 NO_COLOR=1
"$node" "$kith" init --home "$home" > /dev/null || exit 98
mount --bind "$home" "$home" && mount -o remount,ro,bind "$home" || exit 99
"$node" "$kith" run --simulated --home "$home" > /dev/null 2> /run/log & first=$!
for _ in $(seq 100); do ls /run/kith/kith-*/control.sock > /dev/null 2>&1 && break; sleep 0.1; done
stat -c 'folder %a' /run/kith/kith-*; stat -c 'socket %a' /run/kith/kith-*/control.sock
"$node" "$kith" status --json --home "$home" | grep -o '"world": *"[a-z]*"' | tr -d ' '
"$node" "$kith" run --simulated --home "$home" 2>&1 | grep -o 'running the node of' | head -1
kill $first; wait $first; echo "ended $?"; ls /run/kith
`

t.test('a read-only home: its node runs once, and commands reach it', async (t) => {
  const home = t.testdir({})
  const { status, stdout } = spawnSync(
    'unshare',
    ['-m', 'sh', '-c', SCRIPT, 'sh', home, process.execPath, KITH],
    {
      encoding: 'utf8',
      timeout: 60_000
    }
  )
  const skip = (status === 99 || status === null || stdout === '') && 'needs the right to mount'
  const lines = stdout.trim().split('\n')
  t.strictSame(
    lines,
    ['folder 700', 'socket 600', '"world":"simulated"', 'running the node of', 'ended 0'],
    'the node is reached, and refused a second time',
    { skip }
  )
  t.notOk(readdirSync(home).includes('control.sock'), 'nothing was written in the home')
})
