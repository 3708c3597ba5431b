import t from 'tap'
import { Condition } from '../../../src/cli/watch/condition.ts'
import { fault, series, stale } from '../../support/fakes/views.ts'

const door = series({
  series: 'door/contact',
  device: 'door',
  quantity: 'contact',
  value: true,
  shown: 'open',
  unit: null
})
const pressure = series({
  series: 'air/pressure',
  quantity: 'pressure',
  value: 100_653.2,
  shown: '1006.53 hPa',
  unit: 'Pa'
})

t.test('what is met and what is not', (t) => {
  for (const [text, view, met] of [
    ['air > 21', series(), true],
    ['air>21.48', series(), false],
    ['air >= 21.48', series(), true],
    ['air < 21.48 °C', series(), false],
    ['air <= 21.48 C', series(), true],
    ['air == 21.48 Cel', series(), true],
    ['air > 70 F', series(), true],
    ['air > 71 °F', series(), false],
    ['air > -5', series({ value: -4, shown: '-4.00 °C' }), true],
    ['air > -3.5', series({ value: -4, shown: '-4.00 °C' }), false],
    ['pressure > 1006', pressure, true],
    ['pressure > 100653.3 Pa', pressure, false],
    ['pressure > 100653.1 Pa', pressure, true],
    ['pressure > 100.6 kPa', pressure, true],
    ['pressure < 1006.5 hPa', pressure, false],
    ['voltage > 500 mV', series({ quantity: 'voltage', value: 0.6, shown: '0.600 V', unit: 'V' }), true],
    ['door == open', door, true],
    ['door == closed', door, false],
    ['door == true', door, true],
    ['air > 0', fault(), false],
    ['air > 0', stale(), false]
  ] as const)
    t.equal(new Condition(text).isMetBy(view), met, `${text} for ${view.shown}`)
  t.end()
})

t.test('which series it is about', (t) => {
  const { peer } = series()
  for (const name of [
    'air',
    'temperature',
    'air/temperature',
    'hall/air',
    'hall/air/temperature',
    `${peer}/air`
  ])
    t.equal(new Condition(`${name} > 1`).isAbout(series()), true, name)
  for (const name of ['hall', 'ai', 'air/pressure', 'den/air'])
    t.equal(new Condition(`${name} > 1`).isAbout(series()), false, name)
  t.equal(new Condition('voltage.a0 > 1').isAbout(fault()), true)
  t.end()
})

t.test('what cannot be compared is named with its cure', (t) => {
  for (const text of ['', 'air', 'air >', '> 25', 'air = 25', 'air != 25', 'air > 25 > 3', 'air > warm'])
    t.throws(() => new Condition(text), { code: 'usage' }, text)
  t.throws(() => new Condition('air == warm').isMetBy(series()), { code: 'usage', hint: "'air == 21.48 °C'" })
  t.throws(() => new Condition('air > 5 hPa').isMetBy(series()), { message: /cannot be compared in hPa/ })
  t.throws(() => new Condition('door == ajar').isMetBy(door), { code: 'usage', hint: /door == open/ })
  t.throws(() => new Condition('door > 1').isMetBy(door), { code: 'usage', hint: /door == open/ })
  t.end()
})
