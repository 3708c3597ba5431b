import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { runtimeFolders } from '../../src/node/control/runtime-folder.ts'

const HEALTH = fileURLToPath(new URL('../../deploy/container/health.js', import.meta.url))

async function check(home: string): Promise<{ status: unknown; err: string }> {
  const child = spawn(process.execPath, [HEALTH], {
    env: { KITH_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let err = ''
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString()
  })
  const [status] = await once(child, 'close')
  return { status, err }
}

async function serve(t: Test, folder: string, statusCode: number): Promise<void> {
  const server = createServer((_request, response) => response.writeHead(statusCode).end('{}'))
  await new Promise<void>((resolve) => server.listen(join(folder, 'control.sock'), resolve))
  t.teardown(() => server.close())
}

t.test('a node that answers is healthy', async (t) => {
  const home = t.testdir()
  await serve(t, home, 200)
  t.strictSame(await check(home), { status: 0, err: '' })
})

t.test('also where its socket is outside the home', async (t) => {
  const home = t.testdir()
  const folder = (await runtimeFolders(home)).at(-1) ?? ''
  mkdirSync(folder, { mode: 0o700 })
  t.teardown(async () => (await import('node:fs/promises')).rm(folder, { recursive: true }))
  await serve(t, folder, 200)
  t.strictSame(await check(home), { status: 0, err: '' })
})

t.test('no node, no home, or an error is not', async (t) => {
  const home = t.testdir()
  t.match(await check(home), { status: 1, err: /no node answers in .*ENOENT/ })
  await serve(t, home, 503)
  t.match(await check(home), { status: 1, err: /the node answers 503/ })
  t.match(await check(join(home, 'none')), { status: 1, err: /ENOENT/ })
})
