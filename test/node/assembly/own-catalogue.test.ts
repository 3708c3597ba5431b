import t from 'tap'
import { encodeAsMuch } from '../../../src/node/assembly/own-catalogue.ts'
import type { Catalogue } from '../../../src/reading/signed/catalogue.ts'
import { decodeCatalogue } from '../../../src/reading/signed/catalogue-read.ts'
import { metaOf, testSigner } from '../../support/readings.ts'

const { peer } = testSigner(1)

function big(runs: number, series: number): Catalogue {
  const catalogue = metaOf(peer)
  const [one] = catalogue.series
  const [run] = catalogue.runs
  if (one === undefined || run === undefined) throw new Error('an example has a series and a run')
  return {
    ...catalogue,
    series: Array.from({ length: series }, (_, i) => ({ ...one, name: `${peer}/device-${i}/temperature` })),
    runs: Array.from({ length: runs }, (_, i) => ({ ...run, epoch: 1000 + i }))
  }
}

t.test('what fits is complete', async (t) => {
  const catalogue = big(3, 3)
  t.same(decodeCatalogue(encodeAsMuch(catalogue), peer), catalogue)
})

t.test('of too many runs the newest are kept, and every series', async (t) => {
  const decoded = decodeCatalogue(encodeAsMuch(big(256, 40)), peer)
  t.equal(decoded.series.length, 40)
  t.ok(decoded.runs.length >= 32)
  t.equal(decoded.runs.at(-1)?.epoch, 1255)
})

t.test('of too many series as many as there is room for, rather than none', async (t) => {
  const decoded = decodeCatalogue(encodeAsMuch(big(256, 256)), peer)
  t.ok(decoded.series.length >= 60, `${decoded.series.length}`)
  t.equal(decoded.series[0]?.name, `${peer}/device-0/temperature`)
  t.equal(decoded.runs.at(-1)?.epoch, 1255)
})

t.test('what does not fit at all is refused', async (t) => {
  t.throws(() => encodeAsMuch({ ...big(1, 1), name: 'x'.repeat(201) }), {
    code: 'bad-pack',
    message: /more than 200 characters/
  })
})
