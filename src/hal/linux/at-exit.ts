import type { Cancel } from '../../clock.ts'

/** Runs `work` when the process exits without stopping first: an uncaught error, process.exit(); not when it is killed. */
export type AtExit = (work: () => void) => Cancel

export const atExit: AtExit = (work) => {
  process.once('exit', work)
  return () => void process.off('exit', work)
}
