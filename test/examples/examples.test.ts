import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Takes what the tests have compiled already. */
const COMPILED = '--import=./test/support/compile-cache.mjs'

/** An example as a person runs it, and its lines as they come. */
function run(
  name: string,
  ...args: string[]
): { child: ChildProcess; line: (wanted: RegExp) => Promise<string> } {
  const child = spawn(process.execPath, [COMPILED, `examples/${name}`, ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const lines: string[] = []
  const waiting: (() => void)[] = []
  const reader = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  reader.on('line', (line) => {
    lines.push(line)
    for (const wake of waiting.splice(0)) wake()
  })
  async function line(wanted: RegExp): Promise<string> {
    for (;;) {
      const found = lines.find((one) => wanted.test(one))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }
  t.teardown(() => child.kill('SIGKILL'))
  return { child, line }
}

t.test('two people chat', async (t) => {
  const waiting = run('chat.ts')
  const address = (await waiting.line(/^call me/)).split(' ').at(-1) ?? ''
  const calling = run('chat.ts', address)
  t.match(await calling.line(/talking with/), '/chat/text/v1')
  await waiting.line(/talking with/)
  calling.child.stdin?.write('good morning\n')
  t.equal(await waiting.line(/^>/), '> good morning')
  waiting.child.stdin?.write('to you too\n')
  t.equal(await calling.line(/^>/), '> to you too')
  calling.child.stdin?.end()
  waiting.child.stdin?.end()
  await Promise.all([once(calling.child, 'exit'), once(waiting.child, 'exit')])
  t.equal(calling.child.exitCode, 0)
  t.equal(waiting.child.exitCode, 0)
})

t.test('a sensor of our own is seen by a neighbour', async (t) => {
  const { child, line } = run('own-sensor.ts')
  t.match(await line(/^busy\/processor\/load {2}\d+ % {2}signed$/), 'busy')
  await once(child, 'exit')
  t.equal(child.exitCode, 0)
})

t.test('a document is shared by the newest version that both support', async (t) => {
  const folder = t.testdir({ 'notes.txt': 'milk\n' })
  const sharing = run('share.ts', 'serve', join(folder, 'notes.txt'))
  const address = (await sharing.line(/^fetch it/)).split(' ')[5] ?? ''
  const copy = join(folder, 'copy.txt')
  const fetched = async (...more: string[]): Promise<string> => {
    const { child, line } = run('share.ts', 'fetch', address, copy, ...more)
    const [shown] = await Promise.all([line(/^\/doc/), once(child, 'exit')])
    t.equal(child.exitCode, 0)
    return shown
  }
  t.equal(await fetched(), '/doc/share/v2: 5 bytes')
  t.equal(readFileSync(copy, 'utf8'), 'milk\n')
  t.equal(await fetched(), '/doc/share/v2: nothing has changed')
  writeFileSync(join(folder, 'notes.txt'), 'milk and bread\n')
  t.equal(await fetched('--old'), '/doc/share/v1: 15 bytes')
  t.equal(readFileSync(copy, 'utf8'), 'milk and bread\n')
})

t.test('the signals of a call go both ways', async (t) => {
  const waiting = run('call.ts')
  const address = (await waiting.line(/^call me/)).split(' ').at(-1) ?? ''
  const calling = run('call.ts', address)
  await calling.line(/^answered$/)
  for (const side of [waiting, calling]) {
    await side.line(/^try udp .* 50000$/)
    await side.line(/^try udp .* 50002$/)
  }
  await waiting.line(/^hung up$/)
  await Promise.all([waiting, calling].map(({ child }) => child.exitCode ?? once(child, 'exit')))
  t.equal(calling.child.exitCode, 0)
  t.equal(waiting.child.exitCode, 0)
})
