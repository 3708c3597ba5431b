process.env['TZ'] = 'UTC'

import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Log } from '../../../src/log.ts'
import { createLog, type LogLevel, type LogOptions } from '../../../src/node/log/create-log.ts'

function logged(
  options: Pick<LogOptions, 'format'> & { level: LogLevel },
  say: (log: Log) => void
): string[] {
  const lines: string[] = []
  const clock = new VirtualClock({ now: Date.UTC(2026, 10, 23, 21, 56, 41) })
  say(createLog({ ...options, level: () => options.level, clock, write: (line) => lines.push(line) }))
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

t.test('below the level nothing is written, and silent writes nothing', async (t) => {
  const all = (log: Log): void => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](level)
  }
  const written = (level: LogLevel): unknown[] =>
    logged({ level, format: 'json' }, all).map((line) => JSON.parse(line).level)
  t.same(written('debug'), ['debug', 'info', 'warn', 'error'])
  t.same(written('warn'), ['warn', 'error'])
  t.same(written('error'), ['error'])
  t.same(written('silent'), [])
})

t.test('the level may change while lines are written', async (t) => {
  let level: LogLevel = 'warn'
  const lines: string[] = []
  const clock = new VirtualClock({ now: 0 })
  const log = createLog({ level: () => level, format: 'text', clock, write: (line) => lines.push(line) })
  log.info('before')
  level = 'info'
  log.info('after')
  t.same(lines, ['00:00:00 after\n'])
})
