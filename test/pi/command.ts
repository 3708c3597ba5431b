import { execFile } from 'node:child_process'
import { defined } from '../../src/defined.ts'

export interface CommandOptions {
  /** Milliseconds, after which it is killed. */
  readonly deadline: number
  readonly folder?: string
}

/** The last lines of what a program said are where it says why it failed. */
const TOLD = 6

/**
 * Runs a program to its end.
 * @returns what it wrote to its standard output
 * @throws Error with the last lines of what it said, where it fails or does not end in time
 */
export function command(
  program: string,
  words: readonly string[],
  { deadline, folder }: CommandOptions
): Promise<string> {
  const options = {
    timeout: deadline,
    maxBuffer: 16 * 2 ** 20,
    ...defined({ cwd: folder })
  }
  return new Promise((resolve, reject) => {
    execFile(program, words, options, (error, out, said) => {
      if (error === null) return resolve(out)
      const why = error.killed === true ? `did not end within ${deadline / 1000} s` : 'failed'
      const last = `${out}\n${said}`.trim().split('\n').slice(-TOLD).join('\n')
      reject(new Error(`${program} ${why}:\n${last}`, { cause: error }))
    })
  })
}
