import { defined } from '../../defined.ts'
import type { PingReply } from '../../node/api/operations.ts'
import { milliseconds } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { carrierOf, carrierOptions } from '../command-line/carrier-options.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { DONE, NOT_FOUND } from '../command-line/exit-status.ts'

const DEFAULT_COUNT = 4

export const ping = defineCommand({
  name: 'ping',
  summary: 'measure round trips by stream and datagram, with the path',
  options: {
    // The maximum of the control socket's request (node/control/requests.ts).
    count: {
      kind: 'count',
      short: 'n',
      value: 'N',
      max: 1000,
      summary: 'number of pings, 1 to 1000 (default: 4)'
    },
    trace: { kind: 'flag', summary: 'also list what was tried for a connection, and why it failed' },
    ...carrierOptions
  },
  positionals: [
    { name: 'WHO', required: true, summary: 'a name, a purpose, a PeerId or its tail, a multiaddr' }
  ],
  example: 'kith ping hall -n 10',
  async run(context) {
    const { options, positionals, timeout, signal, terminal } = context
    const [who = ''] = positionals
    const { count = DEFAULT_COUNT, trace } = options
    const request = { who, by: carrierOf(options), count, ...defined({ trace, timeout }) }
    const { operations } = await context.connect()
    const replies: PingReply[] = []
    for await (const reply of operations.ping(request, signal)) {
      replies.push(reply)
      if (context.json) terminal.json(reply)
      else terminal.prose([...traceLines(reply), replyLine(reply)])
    }
    signal.throwIfAborted()
    summarise(context, replies)
    return replies.some((reply) => reply.rtt !== undefined) ? DONE : NOT_FOUND
  }
})

function traceLines({ who, tried = [] }: PingReply): string[] {
  if (tried.length === 0) return []
  return [`the way to ${sanitize(who, 64)}:`, ...tried.map((line) => `  ${sanitize(line)}`)]
}

function replyLine(reply: PingReply): string {
  const answer = reply.rtt === undefined ? sanitize(reply.error ?? 'no answer') : milliseconds(reply.rtt)
  return `${sanitize(reply.who, 64)} ${reply.n}  ${answer}  by ${reply.by}, ${sanitize(reply.path)}`
}

function summarise({ json, terminal }: Context, replies: readonly PingReply[]): void {
  const times = replies.flatMap(({ rtt }) => (rtt === undefined ? [] : [rtt])).sort((a, b) => a - b)
  const [min, median, max] = [times[0], times[times.length >> 1], times.at(-1)]
  if (json || min === undefined || median === undefined || max === undefined) return
  const range = [min, median, max].map(milliseconds).join(' / ')
  terminal.line(`${times.length} of ${replies.length} answered; min / median / max: ${range}`)
}
