import type { Clock } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import { describeError, isNodeError, NodeError } from '../../../error.ts'
import type { Operations, SwitchRequest, SwitchView } from '../../../node/api/operations.ts'
import { formatDuration, localTime } from '../../../node/format-units.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import { type CommandGroup, type Context, defineCommand } from '../../command-line/command.ts'
import { DONE, FAILED } from '../../command-line/exit-status.ts'
import { type Cell, table } from '../../terminal/table.ts'
import { log } from './log.ts'

const ACTIONS = ['on', 'off', 'status'] as const
type State = 'on' | 'off'

/** Seconds of a lease that --keep renews, unless --for is given. */
const KEPT = 60
/** Seconds by which a lease may differ from what was asked for: its way here. */
const SLACK = 3
const HALF_DAY = 43_200
/** Milliseconds in which the last command of --keep must be answered. */
const LEAVE = 5000

const set = defineCommand({
  name: 'set',
  summary: 'show or switch outputs, of this node or of one that grants it',
  options: {
    for: {
      kind: 'duration',
      value: 'TIME',
      range: [1000, 2_592_000_000],
      summary: 'a lease: back to its safe state after this, unless the command is repeated'
    },
    expect: { kind: 'choice', choices: ['on', 'off'], summary: 'switch only if it is in this state' },
    keep: { kind: 'flag', summary: 'repeat the command before its lease ends; Ctrl-C switches off' }
  },
  positionals: [
    {
      name: 'NAME',
      offers: 'switches',
      summary: 'a switch of kith.yaml, or hall/heater of another node; hall/ shows all of it (default: all)'
    },
    { name: 'TO', choices: ACTIONS, summary: 'the new state; status only shows it (default)' }
  ],
  example: 'kith switch hall/heater on --for 30m',
  leave: LEAVE,
  async run(context) {
    const { positionals, options, json, terminal } = context
    const request = requestOf(positionals, options)
    if (options.keep === true) return await keep(context, request)
    const views = await (await connected(context, request)).switch(request, context.signal)
    if (json) terminal.json(views)
    else show(context, request, views)
    return views.some((view) => request.to !== undefined && view.state !== request.to) ? FAILED : DONE
  }
})

export const switches: CommandGroup = {
  name: 'switch',
  summary: 'outputs: show and switch them, and what was commanded',
  example: 'kith switch pump on',
  actions: [set, log],
  takesOtherWords: true
}

/** @throws NodeError 'usage' */
function requestOf(
  [word, to = 'status']: readonly string[],
  { for: lease, expect, keep }: { readonly for?: number; readonly expect?: string; readonly keep?: boolean }
): SwitchRequest {
  const { who, name } = placeOf(word)
  const wanted = stateOf(to)
  if (wanted !== undefined && name === undefined)
    throw new NodeError('usage', `kith switch: which switch is to be ${wanted}?`, {
      hint: 'hall/heater, for one'
    })
  if (wanted === undefined && (lease !== undefined || expect !== undefined || keep === true))
    throw new NodeError('usage', 'kith switch: --for, --expect and --keep go with on or off')
  const seconds = lease === undefined ? undefined : Math.round(lease / 1000)
  return defined({
    who,
    name,
    to: wanted,
    for: seconds ?? (keep === true ? KEPT : undefined),
    expect: stateOf(expect)
  })
}

function stateOf(word: string | undefined): State | undefined {
  return word === 'on' || word === 'off' ? word : undefined
}

/** `heater`, `hall/heater`, `hall/`: the name is behind the last slash. */
function placeOf(word: string | undefined): { who?: string; name?: string } {
  if (word === undefined) return {}
  const slash = word.lastIndexOf('/')
  const name = word.slice(slash + 1)
  return defined({
    who: slash === -1 ? undefined : word.slice(0, slash),
    name: name === '' ? undefined : name
  })
}

/** Another node must know who asks: a node for one command takes the identity of the home. */
async function connected(context: Context, { who }: SwitchRequest): Promise<Operations> {
  return (await context.connect(who === undefined ? { running: true } : { own: true })).operations
}

/** Repeats it until Ctrl-C, then switches the other way. */
async function keep(context: Context, request: SwitchRequest): Promise<number> {
  const { signal, clock, terminal } = context
  const operations = await connected(context, request)
  const first = await operations.switch(request, signal)
  show(context, request, first)
  // A renewal switches nothing on that maxOn, or somebody else, has switched off meanwhile.
  const again: SwitchRequest = { ...request, ...defined({ expect: request.to }) }
  try {
    while (!signal.aborted) await repeat(operations, again, context)
  } catch (error) {
    if (!signal.aborted) {
      terminal.remark(
        `kith: it is not repeated any more; what is left of its lease ends within ${request.for} s`
      )
      throw error
    }
  }
  const to = request.to === 'on' ? 'off' : 'on'
  const back = { ...defined({ who: request.who, name: request.name }), to } as const
  const ended = new AbortController()
  const cancel = clock.after(LEAVE, () => ended.abort(new Error('the node did not answer')))
  try {
    show(context, back, await operations.switch(back, ended.signal))
    return DONE
  } catch (error) {
    terminal.remark(`kith: ${sanitize(describeError(error))}; its lease ends within ${request.for} s`)
    return FAILED
  } finally {
    cancel()
  }
}

/** Three times in a lease, so that two answers may be lost. */
async function repeat(operations: Operations, request: SwitchRequest, context: Context): Promise<void> {
  const { signal, clock, terminal } = context
  await clock.sleep(((request.for ?? KEPT) * 1000) / 3, signal)
  try {
    await operations.switch(request, signal)
  } catch (error) {
    if (signal.aborted || !isNodeError(error) || error.remedy !== 'retry') throw error
    terminal.remark(`kith: ${sanitize(describeError(error))}`)
  }
}

function show(context: Context, request: SwitchRequest, views: readonly SwitchView[]): void {
  const { terminal, clock } = context
  if (views.length === 0) {
    terminal.remark(noneText(request))
    return
  }
  if (request.name !== undefined) {
    terminal.prose(views.map((view) => sentence(view, request, clock)))
    return
  }
  const isOwn = views.some(({ line }) => line !== undefined)
  const columns = [
    { title: 'NAME' },
    ...(isOwn ? [{ title: 'LINE', drop: 1 }] : []),
    { title: 'STATE' },
    { title: 'SINCE', drop: 2 },
    { title: '' }
  ] as const
  const rows = views.map((view) => row(view, isOwn))
  terminal.lines(table(columns, rows, { width: terminal.width, ansi: terminal.ansi }))
}

function noneText({ who }: SwitchRequest): string {
  if (who !== undefined) return `kith: ${sanitize(who, 64)} has no switches`
  return 'kith: no switches are configured; add them to kith.yaml under switches'
}

/** `heater  on, read back, until 21:40 or as long as this command is repeated`, `heater  off since 12 min`. */
function sentence(view: SwitchView, { to, for: lease }: SwitchRequest, clock: Clock): string {
  const { name, state, since, left, fault } = view
  if (fault !== undefined) return `${name}  fault: ${sanitize(fault.message)}`
  if (to === undefined) return [`${name}  ${state} since ${formatDuration(since)}`, ...notes(view)].join(', ')
  const until = left === null ? [] : [`until ${timeOf(clock.now() / 1000, left)}`]
  // Where it is maxOn that ends it, no repetition helps.
  const isLease = left !== null && lease !== undefined && Math.abs(lease - left) < SLACK
  const repeated = isLease ? ' or as long as this command is repeated' : ''
  const wished = state === to ? [] : [`although ${to} was commanded`]
  return `${[`${name}  ${state}, read back`, ...wished, ...until].join(', ')}${repeated}`
}

/** `21:40`; with the day where it is not soon. */
function timeOf(now: number, left: number): string {
  const [day = '', time = ''] = localTime(now + left).split(' ')
  return left < HALF_DAY ? time.slice(0, 5) : `${day} ${time.slice(0, 5)}`
}

function row(view: SwitchView, isOwn: boolean): Cell[] {
  const style = view.state === 'fault' ? 'red' : 'bold'
  return [
    { text: view.name, style: 'bold' },
    ...(isOwn ? [{ text: view.line ?? '' }] : []),
    { text: view.state, style },
    { text: formatDuration(view.since) },
    { text: view.fault === undefined ? notes(view).join(', ') : sanitize(view.fault.message) }
  ]
}

function notes({ state, left, lock, persists }: SwitchView): string[] {
  const other = state === 'on' ? 'off' : 'on'
  return [
    ...(left === null ? [] : [`${other} in ${formatDuration(left)}`]),
    ...(lock === null ? [] : [`locked for ${formatDuration(lock)}`]),
    ...(persists === true ? ['stays as it is if kith is killed'] : [])
  ]
}
