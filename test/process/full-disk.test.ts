import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { KITH } from '../support/process/kith.ts'

/**
 * In a mount namespace of its own: a home on a disk of 1 MiB that is filled up, a node that is started there and asked,
 * and the same home once there is room.
 */
const SCRIPT = `
node="$1"; kith="$2"; disk="$3/disk"; home="$disk/home"
mkdir "$disk" && mount -t tmpfs none /run && mkdir /run/kith && mount -t tmpfs -o size=1m,mode=755 none "$disk" || exit 99
export KITH_MDNS=false KITH_LISTEN=/ip4/127.0.0.1/tcp/0 NO_COLOR=1
fill() { dd if=/dev/zero of="$disk/fill" bs=1k "$@" 2> /dev/null; }
whole() { for file in "$home"/*; do case $file in *.lock|*.sqlite) ;; *) test -s "$file" && echo "$(basename "$file")";; esac; done; }
fill count=900
"$node" "$kith" init --home "$home" 2>&1 > /dev/null; echo "init $?"; whole
rm "$disk/fill"; "$node" "$kith" init --home "$home" > /dev/null; echo "again $?"; whole
fill
"$node" "$kith" run --simulated --home "$home" > /dev/null 2> /run/log & first=$!
for _ in $(seq 100); do ls "$home/control.sock" /run/kith/kith-*/control.sock 2> /dev/null | grep -q . && break; sleep 0.1; done
"$node" "$kith" status --json --home "$home" | grep -o '"state": *"full"' | tr -d ' '
"$node" "$kith" book add hall 12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES --home "$home" 2>&1
kill $first; wait $first; echo "ended $?"; head -1 "$home/book.yaml"; ls "$home" | grep -c tmp
`

const FULL = 'cannot be written: no space is left on the disk'
const HINT = '      make room on it: df -h shows what is full'

t.test('a full disk: nothing is left half, a node runs, and it is said what to do', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-full-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const words = ['-m', 'sh', '-c', SCRIPT, 'sh', process.execPath, KITH, folder]
  const { status, stdout } = spawnSync('unshare', words, {
    encoding: 'utf8',
    timeout: 60_000
  })
  const skip = (status === 99 || status === null || stdout === '') && 'needs the right to mount'
  t.strictSame(
    stdout.trim().replaceAll(join(folder, 'disk/home'), 'HOME').split('\n'),
    [
      ...[`kith: HOME/kith.schema.json ${FULL}`, HINT, 'init 1', 'identity.key', 'kith.yaml'],
      ...['again 0', 'book.yaml', 'identity.key', 'kith.schema.json', 'kith.yaml'],
      '"state":"full"',
      ...[`kith: HOME/book.yaml ${FULL}`, HINT],
      ...['ended 0', '# The address book of this node. kith book changes it.', '0']
    ],
    { skip }
  )
})
