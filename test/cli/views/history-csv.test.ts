import t from 'tap'
import { csvLine } from '../../../src/cli/views/history-csv.ts'
import { fault, series } from '../../support/fakes/views.ts'

t.test('rows are quoted as in RFC 4180', async (t) => {
  const { age: _age, stale: _stale, ...view } = series({ series: 'a,"b"/temperature' })
  t.match(csvLine({ ...view, state: 'value', from: 'author' }), /,"a,""b""\/temperature",21\.48,Cel,,0,/)
  const { age: _ago, stale: _s, ...broken } = fault()
  t.match(csvLine({ ...broken, state: 'fault', from: 'author', time: null }), /^,.*,,V,no-acknowledge,/)
})
