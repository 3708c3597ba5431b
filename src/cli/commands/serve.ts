import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { IncomingStream, Operations } from '../../node/api/operations.ts'
import { defineCommand } from '../command-line/command.ts'
import { untilAborted } from '../command-line/until-aborted.ts'
import { KILL_AFTER, type ProgramInit, runProgram } from '../programs/program.ts'
import { ProgramPlaces } from '../programs/program-places.ts'

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
    let places = new ProgramPlaces(0)
    try {
      for await (const event of untilAborted(operations.serve(request, signal), signal)) {
        if (context.json) context.terminal.json(event)
        if ('serving' in event) {
          places = new ProgramPlaces(event.programs)
          init.remark(`kith: serving ${event.serving.join(', ')}`)
        } else {
          const answered = answer(event, { operations, init, places, signal })
          running.add(answered)
          answered.finally(() => running.delete(answered))
        }
      }
    } finally {
      await Promise.all(running)
    }
  }
})

/**
 * Milliseconds that a stream waits for a program's place: one that gave its place to this one was reset, and its program
 * may still be ending.
 */
const WAIT = KILL_AFTER + 500

interface Answering {
  readonly operations: Operations
  readonly init: ProgramInit
  readonly places: ProgramPlaces
  readonly signal: AbortSignal
}

/** Answers a stream with a program; resets it where as many as may run already. Never rejects. */
async function answer(
  incoming: IncomingStream,
  { operations, init, places, signal }: Answering
): Promise<void> {
  const hasPlace = await places.take(init.clock, WAIT, signal)
  try {
    const stream = await operations.accept({ id: incoming.id }, signal)
    if (hasPlace) await runProgram(init, incoming, stream, signal)
    else stream.bytes.destroy()
  } catch (error) {
    // It ended before it was taken, or the node stops.
    if (!signal.aborted && !isNodeError(error, 'gone')) init.remark(`kith: ${describeError(error)}`)
  } finally {
    if (hasPlace) places.give()
  }
}
