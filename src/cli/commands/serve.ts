import { type Clock, withDeadline } from '../../clock.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { IncomingStream, Operations } from '../../node/api/operations.ts'
import { defineCommand } from '../command-line/command.ts'
import { untilAborted } from '../command-line/until-aborted.ts'
import { KILL_AFTER, type ProgramInit, runProgram } from '../programs/program.ts'

const options = {
  allow: {
    kind: 'choice',
    value: 'WHOM',
    choices: ['book', 'near'],
    summary: 'who is answered: the address book (default), or the local network as well'
  }
} as const

export const serve = defineCommand({
  name: 'serve',
  summary: 'answer each stream on a protocol with a program',
  options,
  positionals: [
    { name: 'PROTOCOL', required: true, summary: 'a ProtocolName, or several with commas between' },
    {
      name: 'COMMAND',
      required: true,
      many: true,
      summary: 'the program and its arguments, behind --; its stdin and stdout are the stream'
    }
  ],
  example: 'kith serve /doc/share/v1 -- cat notes.txt',
  // SIGTERM, then SIGKILL, and what is written meanwhile.
  leave: KILL_AFTER + 800,
  async run(context) {
    const { options, positionals, signal, connect } = context
    const [names = '', program, ...words] = positionals
    if (program === undefined) throw new NodeError('usage', 'kith serve needs a COMMAND')
    const { operations } = await connect({ running: true })
    const init: ProgramInit = {
      command: [program, ...words],
      environment: context.environment,
      clock: context.clock,
      remark: (line) => context.terminal.remark(line)
    }
    const allow = options.allow === 'near' ? 'near' : 'book'
    const request = { protocols: names.split(','), allow } as const
    const running = new Set<Promise<void>>()
    const waiting = new Set<Promise<void>>()
    let programs = 0
    try {
      for await (const event of untilAborted(operations.serve(request, signal), signal)) {
        if (context.json) context.terminal.json(event)
        if ('serving' in event) {
          programs = event.programs
          init.remark(`kith: serving ${event.serving.join(', ')}`)
        } else {
          const begun = roomFor(running, programs, context.clock, signal).then(() => {
            const answered = answer(operations, event, signal, running.size < programs ? init : undefined)
            running.add(answered)
            answered.finally(() => running.delete(answered))
          })
          waiting.add(begun)
          begun.finally(() => waiting.delete(begun))
        }
      }
    } finally {
      await Promise.all(waiting)
      await Promise.all(running)
    }
  }
})

/**
 * Resolves when one more program may run, or after a while: a stream that gave its place to this one was reset, and its
 * program may still be ending. Never rejects.
 */
async function roomFor(
  running: ReadonlySet<Promise<void>>,
  programs: number,
  clock: Clock,
  signal: AbortSignal
): Promise<void> {
  const wait = async (): Promise<void> => {
    while (running.size >= programs) await Promise.race(running)
  }
  await withDeadline(clock, KILL_AFTER + 500, 'a program', wait, signal).catch(() => {})
}

/** @param init undefined where as many programs as may run already: the stream is reset. Never rejects. */
async function answer(
  operations: Operations,
  incoming: IncomingStream,
  signal: AbortSignal,
  init: ProgramInit | undefined
): Promise<void> {
  try {
    const stream = await operations.accept({ id: incoming.id }, signal)
    if (init === undefined) stream.bytes.destroy()
    else await runProgram(init, incoming, stream, signal)
  } catch (error) {
    // It ended before it was taken, or the node stops.
    if (!signal.aborted && !isNodeError(error, 'gone')) init?.remark(`kith: ${describeError(error)}`)
  }
}
