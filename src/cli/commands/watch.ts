import { defined } from '../../defined.ts'
import type { SeriesView } from '../../node/api/operations.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { untilAborted } from '../command-line/until-aborted.ts'
import { Screen } from '../terminal/screen.ts'
import { seriesLine } from '../views/series-cells.ts'
import { watchLines } from '../views/watch-screen.ts'
import { WatchState } from '../views/watch-state.ts'

export const watch = defineCommand({
  name: 'watch',
  summary: 'show readings as they arrive: value, trend, age, signature, fault',
  options: {
    what: {
      kind: 'text',
      short: 's',
      value: 'SENSOR',
      summary: 'only these: a device, a quantity, air/temperature or a ProtocolName'
    }
  },
  positionals: [
    {
      name: 'WHO',
      many: true,
      summary: 'names, purposes, PeerIds or their tails, multiaddrs (default: every peer nearby)'
    }
  ],
  example: 'kith watch hall greenhouse',
  async run(context) {
    const { operations } = await context.connect()
    const { positionals: who, options } = context
    const request = { who: [...who], ...defined({ what: options.what }) }
    const views = untilAborted(operations.watch(request, context.signal), context.signal)
    await (context.terminal.live && !context.json ? watchScreen(context, views) : watchLog(context, views))
  }
})

async function watchScreen({ terminal, clock }: Context, views: AsyncIterable<SeriesView>): Promise<void> {
  const state = new WatchState(clock)
  const draw = (): string[] => {
    const { width, ansi } = terminal
    const lines = watchLines(state.all(), { width, ansi, now: clock.monotonic() })
    return lines.length > 0 ? lines : [ansi('waiting for readings; Ctrl-C ends', 'dim')]
  }
  const screen = new Screen({ terminal, clock, draw })
  screen.enter()
  try {
    for await (const view of views) {
      state.add(view)
      screen.changed()
    }
  } finally {
    screen.leave()
  }
}

async function watchLog(
  { terminal, json, signal }: Context,
  views: AsyncIterable<SeriesView>
): Promise<void> {
  for await (const view of views) {
    if (json) terminal.json(view)
    else terminal.line(seriesLine(view))
    await terminal.drained(signal)
  }
}
