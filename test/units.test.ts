import t from 'tap'
import { durationUnits, formatUnits, guessUnits, parseUnits, sizeUnits } from '../src/units.ts'

t.test('text with a unit becomes the smallest unit, and back', async (t) => {
  for (const [text, value] of [
    ['250ms', 250],
    ['10s', 10_000],
    ['15min', 900_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
    ['90s', 90_000],
    ['0ms', 0]
  ] as const) {
    t.equal(parseUnits(text, durationUnits), value, text)
    t.equal(formatUnits(value, durationUnits), text)
  }
  for (const [text, value] of [
    ['512B', 512],
    ['17KiB', 17_408],
    ['1MB', 1_000_000],
    ['64MiB', 67_108_864],
    ['1168B', 1168],
    ['0B', 0]
  ] as const) {
    t.equal(parseUnits(text, sizeUnits), value, text)
    t.equal(formatUnits(value, sizeUnits), text)
  }
})

t.test('fractions and a space are taken', async (t) => {
  t.equal(parseUnits('0.5 s', durationUnits), 500)
  t.equal(parseUnits('0.1h', durationUnits), 360_000)
  t.equal(parseUnits('1.5KiB', sizeUnits), 1536)
})

t.test('anything else is not a number', async (t) => {
  for (const text of [
    '',
    '10',
    's',
    '-1s',
    '1e3s',
    '10S',
    '10 s ',
    '10m',
    '1 0s',
    '1h30min',
    '.5s',
    '0x10s',
    '١s'
  ]) {
    t.ok(Number.isNaN(parseUnits(text, durationUnits)), text)
  }
  t.ok(Number.isNaN(parseUnits('64mb', sizeUnits)))
})

t.test('what was meant', async (t) => {
  t.equal(guessUnits('10', durationUnits, 's'), '10s')
  t.equal(guessUnits('15m', durationUnits, 's'), '15min')
  t.equal(guessUnits('3 Hours', durationUnits, 's'), '3h')
  t.equal(guessUnits('64 mib', sizeUnits, 'MiB'), '64MiB')
  t.equal(guessUnits('64m', sizeUnits, 'MiB'), '64MiB')
  t.equal(guessUnits('4s', sizeUnits, 'MiB'), undefined)
  t.equal(guessUnits('soon', durationUnits, 's'), undefined)
})
