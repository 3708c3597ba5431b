import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const program = fileURLToPath(new URL('../../bin/kith.js', import.meta.url))
/** Makes this Node say that it is an old one. */
const OLD = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })"
)}`

/** @param own what the clone's own Node does, in shell; absent where it has none */
function underOldNode(t: Test, own?: string): { status: number | null; out: string } {
  const folder = t.testdir({
    bin: {},
    node_modules: { '.bin': own === undefined ? {} : { node: `#!/bin/sh\n${own}` } }
  })
  cpSync(program, `${folder}/bin/kith.js`)
  if (own !== undefined) chmodSync(`${folder}/node_modules/.bin/node`, 0o755)
  const words = ['--import', OLD, `${folder}/bin/kith.js`, 'ask', 'hall']
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  return { status, out: stdout + stderr }
}

t.test('under an old Node kith runs with that of the clone, and ends as it does', async (t) => {
  const { status, out } = underOldNode(t, 'echo "own $*"; exit 3')
  t.equal(status, 3)
  t.match(out, /^own --import .*bin\/kith\.js ask hall\n$/)
  t.equal(underOldNode(t, 'kill -TERM $$').status, 143)
})

t.test('without one it says what is missing', async (t) => {
  const { status, out } = underOldNode(t)
  t.equal(status, 2)
  t.match(out, /^kith needs Node 24 or newer, and this is v/)
})
