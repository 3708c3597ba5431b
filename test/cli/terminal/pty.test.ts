import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

const PTY = new URL('../../support/process/on-terminal.py', import.meta.url).pathname
const WATCH = new URL('../../support/process/watch-on-fakes.ts', import.meta.url).pathname

const ENTER = '\x1b[?1049h'
const LEAVE = '\x1b[?1049l'
const skip =
  spawnSync('python3', ['-c', 'import pty']).status !== 0 && 'no python3, which makes the pseudo-terminal'

type Step = readonly [verb: string, ...words: (string | number)[]]

async function onTerminal(steps: readonly Step[], ...words: string[]): Promise<void> {
  const command = [process.execPath, WATCH, ...words]
  await promisify(execFile)('python3', [PTY, JSON.stringify(steps), ...command], { timeout: 100_000 })
}

const shown: readonly Step[] = [['expect', ENTER], ['raw'], ['expect', '3 series']]

t.test('the terminal is raw while watch is shown, and given back by q', { skip }, async () => {
  await onTerminal([
    ...shown,
    ['resize', 40, 10],
    ['send', '/soil\r'],
    ['expect', '1 of 3 series'],
    ['send', 'q'],
    ['expect', LEAVE],
    ['expect', 'fault: ads1115'],
    ['cooked'],
    ['exit', 0]
  ])
})

t.test('by Ctrl-Z and SIGTSTP until SIGCONT, then by SIGTERM', { skip }, async () => {
  const stopped: readonly Step[] = [
    ['expect', LEAVE],
    ['stopped'],
    ['cooked'],
    ['signal', 'SIGCONT'],
    ...shown
  ]
  await onTerminal([
    ...shown,
    ['send', '\x1a'],
    ...stopped,
    ['signal', 'SIGTSTP'],
    ...stopped,
    ['signal', 'SIGTERM'],
    ['expect', LEAVE],
    ['cooked'],
    ['exit', 0]
  ])
})

t.test('where no shell could continue it, Ctrl-Z and SIGTSTP do not stop it', { skip }, async () => {
  await onTerminal([
    ['alone'],
    ...shown,
    ['send', '\x1a'],
    ['expect', LEAVE],
    ...shown,
    ['signal', 'SIGTSTP'],
    ['expect', LEAVE],
    ...shown,
    ['send', 'q'],
    ['expect', LEAVE],
    ['exit', 0]
  ])
})

t.test('and by a crash, before its message is printed', { skip }, async () => {
  await onTerminal(
    [...shown, ['send', 'x'], ['expect', LEAVE], ['expect', 'unexpected: broken'], ['cooked'], ['exit', 0]],
    'broken'
  )
})
