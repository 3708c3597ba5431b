import type { IncomingMessage } from 'node:http'
import * as v from 'valibot'
import { NodeError } from '../../error.ts'
import { MAX_NOTE } from '../../peer/book/book-text.ts'
import { MAX_LEASE } from '../../protocol/actuator/constants.ts'
import { MAX_LINES, MAX_TEXT_BYTES } from '../../protocol/manage/constants.ts'
import type { Operations, PeerStream } from '../api/operations.ts'
import { MAX_HISTORY } from '../api/reading-rows.ts'
import { readQuery } from './query.ts'
import { controlRoutes } from './routes.ts'

/** One operation as the control socket calls it: with a body that has been checked. */
export type Call =
  | {
      readonly answer: (operations: Operations, body: unknown, signal: AbortSignal) => Promise<unknown>
    }
  | {
      readonly stream: (operations: Operations, body: unknown, signal: AbortSignal) => AsyncIterable<unknown>
    }
  | UpgradeCall

/** An operation whose answer is bytes both ways; its request is the query of the address. */
export interface UpgradeCall {
  readonly upgrade: (
    operations: Operations,
    query: URLSearchParams,
    signal: AbortSignal
  ) => Promise<PeerStream>
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(512))
const texts = v.pipe(v.array(text), v.maxLength(256))
const timeout = v.exactOptional(v.pipe(v.number(), v.minValue(100), v.maxValue(600_000)))
const by = v.exactOptional(v.picklist(['auto', 'stream', 'datagram']))
const unixSeconds = v.exactOptional(v.pipe(v.number(), v.finite()))
const upTo = (max: number) => v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max)))

const nothing = v.strictObject({})
const bookChange = v.strictObject({
  name: v.exactOptional(text),
  who: v.exactOptional(text),
  purposes: v.exactOptional(texts),
  addresses: v.exactOptional(texts),
  relays: v.exactOptional(texts),
  may: v.exactOptional(texts),
  time: v.exactOptional(v.boolean()),
  note: v.exactOptional(v.pipe(v.string(), v.maxLength(512)))
})
const bookEntry = v.strictObject({
  name: text,
  peer: text,
  purposes: texts,
  addresses: texts,
  relays: v.exactOptional(texts),
  may: v.exactOptional(texts),
  time: v.boolean(),
  added: v.exactOptional(v.picklist(['typed', 'scanned', 'met', 'paired'])),
  note: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_NOTE)))
})
const entries = v.strictObject({ entries: v.pipe(v.array(bookEntry), v.maxLength(1024)) })
const accessOf = v.strictObject({ who: v.exactOptional(text) })
const rename = v.strictObject({ from: text, to: text })
const forget = v.strictObject({ who: text })
const pairOpen = v.strictObject({ may: v.exactOptional(texts), name: v.exactOptional(text) })
const pairing = v.strictObject({ who: text, code: text, name: v.exactOptional(text), timeout })
const named = v.strictObject({ name: text })
const ask = v.strictObject({ who: text, what: v.exactOptional(text), by, timeout })
const watch = v.strictObject({ who: v.optional(texts, []), what: v.exactOptional(text) })
const history = v.strictObject({
  who: text,
  what: text,
  since: unixSeconds,
  until: unixSeconds,
  limit: upTo(MAX_HISTORY),
  newest: upTo(10_000),
  timeout
})
const ping = v.strictObject({
  who: text,
  count: upTo(1000),
  by,
  trace: v.exactOptional(v.boolean()),
  timeout
})
const switching = v.union([
  v.strictObject({ who: v.exactOptional(text), name: v.exactOptional(text) }),
  v.strictObject({
    who: v.exactOptional(text),
    name: text,
    to: v.picklist(['on', 'off']),
    for: upTo(MAX_LEASE),
    expect: v.exactOptional(v.picklist(['on', 'off']))
  })
])
const switchLog = v.strictObject({ name: v.exactOptional(text), limit: upTo(10_000) })

const managing = v.strictObject({
  who: text,
  op: v.picklist(['status', 'doctor', 'logs', 'config', 'check', 'put', 'confirm', 'restart']),
  n: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_LINES))),
  follow: v.exactOptional(v.boolean()),
  text: v.exactOptional(v.pipe(v.string(), v.maxLength(MAX_TEXT_BYTES))),
  base: v.exactOptional(text),
  ticket: v.exactOptional(text),
  timeout
})

const protocolNames = v.pipe(v.array(text), v.minLength(1), v.maxLength(16))
const piping = v.strictObject({ who: text, protocols: protocolNames, timeout })
const serving = v.strictObject({
  protocols: protocolNames,
  allow: v.exactOptional(v.picklist(['book', 'near']))
})
const accepting = v.strictObject({ id: text })

const devicesTest = v.strictObject({ timeout })
const devicesScan = v.strictObject({ buses: v.exactOptional(texts) })

export const calls: Readonly<Record<keyof Operations, Call>> = {
  status: answer(nothing, (operations) => operations.status()),
  peers: answer(nothing, (operations) => operations.peers()),
  peersForget: answer(forget, (operations, { who }) => operations.peersForget(who)),
  book: answer(nothing, (operations) => operations.book()),
  bookPut: answer(bookChange, (operations, entry) => operations.bookPut(entry)),
  bookRename: answer(rename, (operations, { from, to }) => operations.bookRename(from, to)),
  bookRemove: answer(named, (operations, { name }) => operations.bookRemove(name)),
  bookImport: answer(entries, (operations, body) => operations.bookImport(body.entries)),
  configReload: answer(nothing, (operations) => operations.configReload()),
  rules: answer(nothing, (operations) => operations.rules()),
  pairOpen: stream(pairOpen, (operations, request, signal) => operations.pairOpen(request, signal)),
  pair: answer(pairing, (operations, request, signal) => operations.pair(request, signal)),
  unpair: answer(forget, (operations, { who }, signal) => operations.unpair(who, signal)),
  access: answer(accessOf, (operations, request) => operations.access(request)),
  manage: stream(managing, (operations, request, signal) => operations.manage(request, signal)),
  ask: answer(ask, (operations, request, signal) => operations.ask(request, signal)),
  watch: stream(watch, (operations, request, signal) => operations.watch(request, signal)),
  history: stream(history, (operations, request, signal) => operations.history(request, signal)),
  ping: stream(ping, (operations, request, signal) => operations.ping(request, signal)),
  switch: answer(switching, (operations, request, signal) => operations.switch(request, signal)),
  switchLog: answer(switchLog, (operations, request) => operations.switchLog(request)),
  devicesTest: answer(devicesTest, (operations, request, signal) => operations.devicesTest(request, signal)),
  devicesScan: answer(devicesScan, (operations, request, signal) => operations.devicesScan(request, signal)),
  pipe: {
    upgrade: (operations, query, signal) => operations.pipe(checked(piping, readQuery(query)), signal)
  },
  serve: stream(serving, (operations, request, signal) => operations.serve(request, signal)),
  accept: {
    upgrade: (operations, query, signal) => operations.accept(checked(accepting, readQuery(query)), signal)
  }
}

interface Route {
  readonly operation: keyof Operations
  readonly call: Call
}

const routed: ReadonlyMap<string, ReadonlyMap<string, Route>> = (
  Object.keys(controlRoutes) as (keyof Operations)[]
).reduce((table, operation) => {
  const { method, path } = controlRoutes[operation]
  return table.set(path, (table.get(path) ?? new Map()).set(method, { operation, call: calls[operation] }))
}, new Map<string, Map<string, Route>>())

/** What a request asks for. @throws NodeError 'no-such', 'bad-request' */
export function routeOf(request: IncomingMessage): Route {
  const [path = '/'] = (request.url ?? '/').split('?')
  const methods = routed.get(path)
  if (methods === undefined)
    throw new NodeError('no-such', `there is no ${path}`, {
      hint: `there are ${[...routed.keys()].join(' ')}`
    })
  const found = methods.get(request.method ?? 'GET')
  if (found !== undefined) return found
  throw new NodeError('bad-request', `${path} takes ${[...methods.keys()].join(' or ')}`)
}

type Schema = v.GenericSchema<unknown, unknown>

function answer<S extends Schema>(
  schema: S,
  run: (operations: Operations, body: v.InferOutput<S>, signal: AbortSignal) => Promise<unknown>
): Call {
  return {
    answer: (operations, body, signal) => run(operations, checked(schema, body), signal)
  }
}

function stream<S extends Schema>(
  schema: S,
  run: (operations: Operations, body: v.InferOutput<S>, signal: AbortSignal) => AsyncIterable<unknown>
): Call {
  return { stream: (operations, body, signal) => run(operations, checked(schema, body), signal) }
}

/** Milliseconds that a body itself asks for. */
export function askedTimeout(body: unknown): number | undefined {
  const result = v.safeParse(v.looseObject({ timeout }), body)
  return result.success ? result.output.timeout : undefined
}

/** @throws NodeError 'bad-request' naming every field that is wrong */
function checked<S extends Schema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body)
  if (result.success) return result.output
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'the body'}: ${issue.message}`)
  throw new NodeError('bad-request', problems.join('; '))
}
