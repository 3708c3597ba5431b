import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { KITH } from '../support/process/kith.ts'
import { linesOf, thermometerWords } from '../support/process/node.ts'
import { until } from '../support/until.ts'

/** The second command keeps the shell from becoming the node itself. */
const SCRIPT = '"$@" & echo "{\\"pid\\": $!}"; wait'
/** A process that runs SCRIPT by a shell, as npm does. */
const BY_SHELL = `sh -c '${SCRIPT}' sh "$@"; exit`

/** A node below a shell, as npm starts it, and how it ends. */
async function belowShell(t: Test, environment: NodeJS.ProcessEnv, script = SCRIPT) {
  const folder = mkdtempSync(join(tmpdir(), 'kith-npm-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'home')
  const words = [process.execPath, KITH, ...thermometerWords(home)]
  // Its standard output ends with the last process.
  const shell = spawn('sh', ['-c', script, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment }
  })
  let out = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const ended = once(shell.stdout, 'end')
  await until(() => linesOf(out).some(({ msg }) => msg === 'started'))
  const pid = Number(linesOf(out).find(({ pid }) => pid !== undefined)?.['pid'])
  // Only if it has not ended as it should: its number may belong to another process by then.
  let gone = false
  void ended.then(() => {
    gone = true
  })
  t.teardown(() => gone || process.kill(pid, 'SIGKILL'))
  return { shell, home, ended }
}

t.test('a node that npm has started ends with its parent, in order', async (t) => {
  const { shell, home, ended } = await belowShell(t, { npm_lifecycle_event: 'start' })
  t.ok(existsSync(join(home, 'control.sock')))
  shell.kill('SIGTERM')
  await ended
  t.notOk(existsSync(join(home, 'control.sock')))
})

t.test('another node outlives the shell that started it', async (t) => {
  const { shell, home, ended } = await belowShell(t, { npm_lifecycle_event: undefined })
  shell.kill('SIGTERM')
  t.equal(await Promise.race([ended, delay(2500, 'still running')]), 'still running')
  t.ok(existsSync(join(home, 'control.sock')))
})

t.test('it ends with the process above its shell, which is left at SIGHUP and SIGKILL', async (t) => {
  for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
    const { shell, home, ended } = await belowShell(t, { npm_lifecycle_event: 'start' }, BY_SHELL)
    shell.kill(signal)
    await ended
    t.notOk(existsSync(join(home, 'control.sock')), signal)
  }
})
