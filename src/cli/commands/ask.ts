import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { SeriesView } from '../../node/api/operations.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { carrierOf, carrierOptions } from '../command-line/carrier-options.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { whoWhat } from '../command-line/who-what.ts'
import { type SeriesRow, seriesLines } from '../views/series-lines.ts'

/** Milliseconds after which the command says what it waits for. */
const WAIT_MS = 1000

export const ask = defineCommand({
  name: 'ask',
  summary: 'ask peers for their latest readings',
  options: {
    ...carrierOptions
  },
  positionals: [
    {
      name: 'WHO',
      required: true,
      summary:
        'a name, a purpose (several may answer), a PeerId or its tail, a multiaddr; hall/air is WHO and WHAT'
    },
    {
      name: 'WHAT',
      summary: 'a ProtocolName, a device, a quantity or air/temperature (default: everything)'
    }
  ],
  example: 'kith ask hall /sensor/temp/v1',
  async run(context) {
    const { options, positionals, timeout, terminal } = context
    const [first = '', second] = positionals
    const { who, what } = whoWhat(first, second)
    const request = { who, by: carrierOf(options), ...defined({ what, timeout }) }
    const { operations } = await context.connect()
    const views = await sayingWhatFor(context, who, operations.ask(request, context.signal))
    if (views.length === 0) throw new NodeError('no-such', `${who} has no ${what ?? 'series'}`)
    if (context.json) return terminal.json(views)
    terminal.lines(seriesLines(views.map(rowOf), terminal))
    if (terminal.live) terminal.lines(pathLines(views).map((line) => terminal.ansi(line, 'dim')))
  }
})

/** After a second says what is waited for, on stderr. */
async function sayingWhatFor<T>(
  { clock, terminal, signal }: Context,
  who: string,
  work: Promise<T>
): Promise<T> {
  const cancel = clock.after(WAIT_MS, () => {
    if (signal.aborted) return
    terminal.remark(`kith: waiting for an answer of ${sanitize(who, 64)}; Ctrl-C ends`)
  })
  try {
    return await work
  } finally {
    cancel()
  }
}

/** The path to each author, for people: programs have it in --json. */
function pathLines(views: readonly SeriesView[]): string[] {
  const lines = views.flatMap(({ who, path }) =>
    path === undefined ? [] : [`${sanitize(who, 64)} by ${sanitize(path)}`]
  )
  return [...new Set(lines)]
}

/** A series is stale for about as long as its value is old. */
function rowOf(view: SeriesView): SeriesRow {
  return { view, age: view.age, ...defined({ since: view.state === 'stale' ? view.age : undefined }) }
}
