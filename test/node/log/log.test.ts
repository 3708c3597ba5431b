process.env['TZ'] = 'UTC'

import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Log, LogFields } from '../../../src/log.ts'
import { createLog, type LogOptions } from '../../../src/node/log/create-log.ts'
import { rateLimited } from '../../../src/node/log/rate.ts'

function logged(options: Pick<LogOptions, 'level' | 'format'>, say: (log: Log) => void): string[] {
  const lines: string[] = []
  const clock = new VirtualClock({ now: Date.UTC(2026, 10, 23, 21, 56, 41) })
  say(createLog({ ...options, clock, write: (line) => lines.push(line) }))
  return lines
}

t.test('for a person: time, level where it is not info, sentence, fields', async (t) => {
  const lines = logged({ level: 'debug', format: 'text' }, (log) => {
    log.info('hall is near')
    log.warn('the disk is full', { home: '/var/lib/kith', free: 0 })
    log.error('a stranger says \x1b[2J', { name: 'a "b" \x1b', list: [1] })
    log.debug('much')
  })
  t.same(lines, [
    '21:56:41 hall is near\n',
    '21:56:41 warn the disk is full  home=/var/lib/kith free=0\n',
    '21:56:41 error a stranger says \ufffd[2J  name="a \\"b\\" \\u001b" list=[1]\n',
    '21:56:41 debug much\n'
  ])
})

t.test('for a collector: JSON', async (t) => {
  const lines = logged({ level: 'info', format: 'json' }, (log) => {
    log.debug('not shown')
    log.warn('slow', { ms: 7 })
  })
  t.same(
    lines.map((line) => JSON.parse(line)),
    [{ level: 'warn', time: Date.UTC(2026, 10, 23, 21, 56, 41), ms: 7, msg: 'slow' }]
  )
})

t.test('a flood is a line a minute, and then how many there were', async (t) => {
  const clock = new VirtualClock()
  const lines: [string, LogFields | undefined][] = []
  const write = (message: string, fields?: LogFields): void => void lines.push([message, fields])
  const log = rateLimited({ debug: write, info: write, warn: write, error: write }, clock, 1)
  for (let i = 0; i < 1000; i++) log.warn('refused', { packet: i })
  log.warn('something else')
  t.same(lines, [
    ['refused', { packet: 0 }],
    ['something else', undefined]
  ])
  await clock.advance(60_000)
  t.same(lines.slice(2), [['refused', { more: 999, seconds: 60 }]])
  log.warn('refused', { packet: 1001 })
  t.same(lines.slice(3), [['refused', { packet: 1001 }]])
  await clock.advance(60_000)
  t.equal(lines.length, 4, 'one alone is not counted again')
  t.equal(clock.pending, 0)
})

t.test('at the end it says what it held back, and holds nothing back any more', async (t) => {
  const clock = new VirtualClock()
  const lines: [string, LogFields | undefined][] = []
  const write = (message: string, fields?: LogFields): void => void lines.push([message, fields])
  const log = rateLimited({ debug: write, info: write, warn: write, error: write }, clock, 1)
  for (let i = 0; i < 3; i++) log.warn('refused')
  log.end()
  log.warn('refused')
  t.same(lines, [
    ['refused', undefined],
    ['refused', { more: 2, seconds: 60 }],
    ['refused', undefined]
  ])
  t.equal(clock.pending, 0)
})

t.test('messages without number share one place', async (t) => {
  const clock = new VirtualClock()
  const lines: string[] = []
  const write = (message: string): void => void lines.push(message)
  const log = rateLimited({ debug: write, info: write, warn: write, error: write }, clock, 1)
  for (let i = 0; i < 10_000; i++) log.warn(`message ${i}`)
  t.ok(lines.length < 100, `${lines.length} lines`)
  t.ok(clock.pending < 100)
  await clock.advance(60_000)
  t.match(lines.at(-1), 'other messages')
})
