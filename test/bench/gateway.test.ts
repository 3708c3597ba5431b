import t from 'tap'
import { source } from '../../bench/frame/code.ts'
import { columns, measureGateway } from '../../bench/gateway/gateway-bench.ts'

const linux = process.platform === 'linux' ? {} : { skip: 'what the kernel counts is read from /proc' }

t.test('a gateway stores what three light devices publish', linux, async (t) => {
  const row = await measureGateway(source, 3, { settle: 0, time: 1500, last: 1500 })
  const of = (name: string): number =>
    row.figures[columns.findIndex((one) => one.name === name)] ?? Number.NaN
  t.equal(row.figures.length, columns.length)
  t.ok(of('published') >= 3)
  t.equal(of('lost'), 0)
  t.ok(of('p50') > 0 && of('p99') >= of('p50'))
  t.ok(of('RSS') > of('PSS') && of('CPU') > 0 && of('written') > 0 && of('kept') > 0)
})
