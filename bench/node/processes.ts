/** Programs that are measured from outside: `kith run`, and an idle Node for comparison. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, withDeadline } from '../../src/clock.ts'
import { KITH, programUnder, type Running, runNode } from '../../test/support/process/kith.ts'
import { type Started, started, thermometerWords } from '../../test/support/process/node.ts'

/** Milliseconds for a process to come up, to answer, or to end. */
export const DEADLINE = 20_000

export interface MeasuredNode extends Started {
  readonly home: string
  readonly pid: number
  /** performance.now() when the process was started. */
  readonly began: number
  stop(): Promise<void>
}

/** How a node is started. */
export interface Launch {
  /** Shell that runs before it and sets its environment. */
  readonly shell?: string
  /** `bin/kith.js` of a bundle; of the clone unless given. */
  readonly program?: string
}

/** A simulated thermometer on loopback in a process and a home of its own. */
export async function startKith(
  settings: readonly string[] = [],
  { shell = ':', program = KITH }: Launch = {}
): Promise<MeasuredNode> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const home = join(folder, 'home')
  const began = performance.now()
  const running = programUnder(shell, program, ...thermometerWords(home, ...settings))
  const stop = async (): Promise<void> => {
    await end(running)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const ready = await withDeadline(systemClock, DEADLINE, 'kith run', () => started(running))
    return { ...ready, home, pid: pidOf(running), began, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** `node -e` with a line on its output and nothing else. */
export async function startBareNode(): Promise<Omit<MeasuredNode, keyof Started | 'home'>> {
  const began = performance.now()
  const running = runNode('-e', 'console.log(0); setInterval(() => {}, 1e6)')
  const { stdout } = running.child
  if (stdout !== null) await withDeadline(systemClock, DEADLINE, 'node -e', () => once(stdout, 'data'))
  return { pid: pidOf(running), began, stop: () => end(running) }
}

/** Node with nothing but a timer of 1 Hz that does nothing. */
export async function startNodeTimer(): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const running = runNode('-e', 'setInterval(() => {}, 1000)')
  return { pid: pidOf(running), stop: () => end(running) }
}

async function end({ child, end }: Running): Promise<void> {
  child.kill('SIGTERM')
  await withDeadline(systemClock, DEADLINE, 'the end of the process', () => end).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
}

function pidOf({ child }: Running): number {
  if (child.pid === undefined) throw new Error('the process did not begin')
  return child.pid
}
