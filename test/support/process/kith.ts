import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Path of the program. */
export const KITH = fileURLToPath(new URL('../../../bin/kith.js', import.meta.url))

/** `kith` with these words, as a process. */
export function kith(...words: string[]): Running {
  return runNode(KITH, ...words)
}

export interface Running {
  child: ChildProcess
  out: () => string
  err: () => string
  /** Its exit status, or the signal that ended it. */
  end: Promise<number | string>
}

/** Node with these arguments; what it writes is kept. */
export function runNode(...words: string[]): Running {
  return run(process.execPath, words)
}

/** `kith` with these words behind a line of shell that bounds what it may: `ulimit -f 16`. */
export function kithUnder(bound: string, ...words: string[]): Running {
  return programUnder(bound, KITH, ...words)
}

/** The same with another program of Node: the `bin/kith.js` of a bundle. */
export function programUnder(bound: string, program: string, ...words: string[]): Running {
  return run('sh', ['-c', `${bound}; exec "$0" "$@"`, process.execPath, program, ...words])
}

/** A program with these arguments. */
export function run(program: string, words: readonly string[]): Running {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const end = once(child, 'close').then(([status, signal]) => status ?? signal)
  return { child, out: () => out, err: () => err, end }
}
