import t from 'tap'
import { formatSeries, parseSeries, partsOfSeries } from '../../src/reading/series.ts'
import { asked } from '../support/query/bench.ts'

const longest = 'x'.repeat(32)
const names = [
  `${asked}/a/b`,
  `${asked}/hall/temperature`,
  `${asked}/adc-1/voltage.a0`,
  `${asked}/${longest}/${longest}.12345678`
]

t.test('a name, its parts, and the name of its parts', async (t) => {
  for (const name of names) {
    const parts = parseSeries(name)
    if (parts === undefined) throw new Error(`${name} is refused`)
    t.equal(formatSeries(parts), name)
    t.same(partsOfSeries(name), parts, 'the parts without the checks')
  }
})

t.test('what is not a series name', async (t) => {
  const wrong = [
    '',
    asked,
    `${asked}/hall`,
    `${asked}//temperature`,
    `${asked}/hall/`,
    `${asked}/hall/temperature/air`,
    `${asked}/hall/temperature.`,
    `${asked}/hall/temperature.a.b`,
    `${asked}/hall/temperature.123456789`,
    `${asked}/Hall/temperature`,
    `${asked}/-hall/temperature`,
    `${asked}/${longest}x/temperature`,
    `${asked.slice(1)}/hall/temperature`,
    `${asked}x/hall/temperature`
  ]
  for (const name of wrong) t.equal(parseSeries(name), undefined, name)
})
