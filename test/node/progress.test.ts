import t from 'tap'
import { stalledParts } from '../../src/node/progress.ts'

t.test('what makes no progress is named', async (t) => {
  const sensor = (name: string, isStalled: boolean) => ({ config: { name }, sampler: { isStalled } })
  const sensing = { sensors: { all: [sensor('air', false), sensor('soil', true)] } }
  t.strictSame(
    stalledParts({ storage: { history: { isStalled: true } }, sensing, switches: { stalled: ['pump'] } }),
    ['history', 'sensor soil', 'switch pump']
  )
  t.strictSame(
    stalledParts({
      storage: { history: { isStalled: false } },
      sensing: { sensors: { all: [] } },
      switches: { stalled: [] }
    }),
    []
  )
})
