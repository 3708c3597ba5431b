import t from 'tap'
import { encodeAsMuch } from '../../../src/node/assembly/own-catalogue.ts'
import type { Meta } from '../../../src/reading/signed/catalogue.ts'
import { decodeMeta } from '../../../src/reading/signed/catalogue-read.ts'
import { metaOf, testSigner } from '../../support/readings.ts'

const { peer } = testSigner(1)

function big(runs: number, series: number): Meta {
  const meta = metaOf(peer)
  const [one] = meta.series
  const [run] = meta.runs
  if (one === undefined || run === undefined) throw new Error('an example has a series and a run')
  return {
    ...meta,
    series: Array.from({ length: series }, (_, i) => ({ ...one, name: `${peer}/device-${i}/temperature` })),
    runs: Array.from({ length: runs }, (_, i) => ({ ...run, epoch: 1000 + i }))
  }
}

t.test('what fits is told whole', async (t) => {
  const meta = big(3, 3)
  t.same(decodeMeta(encodeAsMuch(meta), peer), meta)
})

t.test('of too many runs the newest are told, and every series', async (t) => {
  const told = decodeMeta(encodeAsMuch(big(256, 40)), peer)
  t.equal(told.series.length, 40)
  t.ok(told.runs.length >= 32)
  t.equal(told.runs.at(-1)?.epoch, 1255)
})

t.test('of too many series as many as there is room for, rather than none', async (t) => {
  const told = decodeMeta(encodeAsMuch(big(256, 256)), peer)
  t.ok(told.series.length >= 60, `${told.series.length}`)
  t.equal(told.series[0]?.name, `${peer}/device-0/temperature`)
  t.equal(told.runs.at(-1)?.epoch, 1255)
})

t.test('what cannot be told at all is refused', async (t) => {
  t.throws(() => encodeAsMuch({ ...big(1, 1), name: 'x'.repeat(201) }), {
    code: 'bad-pack',
    message: /more than 200 characters/
  })
})
