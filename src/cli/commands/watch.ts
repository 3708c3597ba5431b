import { defined } from '../../defined.ts'
import { isNodeError, NodeError } from '../../error.ts'
import type { SeriesView, WatchRequest } from '../../node/api/operations.ts'
import { formatDuration } from '../../node/format-units.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { untilAborted } from '../command-line/until-aborted.ts'
import { isKeySource, Keyboard } from '../terminal/keyboard.ts'
import type { Key } from '../terminal/keys.ts'
import { Screen } from '../terminal/screen.ts'
import { remark, seriesLine, seriesName, shownValue } from '../views/series-cells.ts'
import { Condition } from '../watch/condition.ts'
import { CURVE_SECONDS } from '../watch/curve.ts'
import { WatchApp } from '../watch/watch-app.ts'

export const watch = defineCommand({
  name: 'watch',
  summary: 'show readings as they arrive: value, trend, age, signature, fault',
  options: {
    what: {
      kind: 'text',
      short: 's',
      value: 'SENSOR',
      summary: 'only these: a device, a quantity, air/temperature or a ProtocolName'
    },
    until: {
      kind: 'text',
      value: 'CONDITION',
      summary: "wait until a reading meets it, and print that: 'air > 25'; with --timeout exit 1 if none does"
    }
  },
  positionals: [
    {
      name: 'WHO',
      many: true,
      summary:
        'names, purposes, PeerIds or their tails, multiaddrs; hall/air for one sensor (default: every peer nearby)'
    }
  ],
  example: 'kith watch hall/air greenhouse',
  async run(context) {
    const { positionals: who, options, terminal, json } = context
    const condition = options.until === undefined ? undefined : new Condition(options.until)
    const request = { who: [...who], ...defined({ what: options.what }) }
    if (condition !== undefined) await watchUntil(context, request, condition)
    else if (terminal.live && !json) await watchScreen(context, request)
    else await watchLog(context, request)
  }
})

/** Milliseconds that the history of a curve may take. */
const HISTORY_MS = 10_000

async function watchScreen(context: Context, request: WatchRequest): Promise<void> {
  const { terminal, clock } = context
  const { operations } = await context.connect()
  const left = new AbortController()
  const signal = AbortSignal.any([context.signal, left.signal])
  const { input } = context.bytes()
  const quit = (): void => left.abort()
  const onKey = (key: Key): void => app.key(key)
  const keyboard = isKeySource(input) ? new Keyboard({ input, clock, onKey, onEnd: quit }) : undefined
  const app: WatchApp = new WatchApp({
    terminal,
    clock,
    hasKeys: keyboard !== undefined,
    history: ({ peer, series }, signal) => {
      const since = clock.now() / 1000 - CURVE_SECONDS
      return operations.history({ who: peer, what: series, since, timeout: HISTORY_MS }, signal)
    },
    changed: () => screen.changed(),
    quit,
    suspend: () => screen.suspend()
  })
  const screen: Screen = new Screen({
    terminal,
    clock,
    keyboard,
    draw: () => app.draw(),
    last: () => app.last()
  })
  screen.enter()
  try {
    for await (const view of untilAborted(operations.watch(request, signal), signal)) app.add(view)
  } finally {
    app.close()
    screen.leave()
  }
}

async function watchLog(context: Context, request: WatchRequest): Promise<void> {
  const { signal } = context
  const { operations } = await context.connect()
  for await (const view of untilAborted(operations.watch(request, signal), signal)) await print(context, view)
}

async function print({ terminal, json, signal }: Context, view: SeriesView): Promise<void> {
  if (json) terminal.json(view)
  else terminal.line(seriesLine(view))
  await terminal.drained(signal)
}

/** @throws NodeError 'not-met' after --timeout; 'usage' if the condition does not fit the series */
async function watchUntil(context: Context, request: WatchRequest, condition: Condition): Promise<void> {
  const { clock, timeout, signal: interrupted } = context
  const late = new AbortController()
  const cancel = timeout === undefined ? undefined : clock.after(timeout, () => late.abort())
  const signal = AbortSignal.any([interrupted, late.signal])
  let last: SeriesView | undefined
  let isTold = false
  const isMet = (view: SeriesView): boolean => {
    try {
      return condition.isMetBy(view)
    } catch (error) {
      // Anybody nearby can claim the name: a stranger's series of another kind ends no script.
      if (view.known || !isNodeError(error, 'usage')) throw error
      if (!isTold) context.terminal.remark(`kith: not compared: ${error.message}`)
      isTold = true
      return false
    }
  }
  try {
    const { operations } = await context.connect()
    for await (const view of untilAborted(operations.watch(request, signal), signal)) {
      if (!condition.isAbout(view)) continue
      last = view
      if (isMet(view)) return await print(context, view)
    }
  } finally {
    cancel?.()
  }
  interrupted.throwIfAborted()
  throw notMet(condition, last, timeout)
}

function notMet({ text }: Condition, last: SeriesView | undefined, timeout = 0): NodeError {
  const within = timeout === 0 ? 'before the readings ended' : `within ${formatDuration(timeout / 1000)}`
  if (last === undefined)
    return new NodeError('not-met', `${text}: no reading of it arrived ${within}`, {
      hint: 'kith watch lists what there is'
    })
  const state = last.state === 'value' ? shownValue(last) : remark(last)
  return new NodeError('not-met', `${text} was not met ${within}; last ${seriesName(last)} ${state}`)
}
