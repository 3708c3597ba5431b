import t from 'tap'
import { type Column, Missing, type Table } from '../../bench/frame/bench.ts'
import { besides, byTurns, type Contender } from '../../bench/frame/contenders.ts'
import { json, markdown, text } from '../../bench/frame/print.ts'
import { Worker } from '../../bench/frame/worker.ts'

const columns: readonly Column[] = [{ name: 'p50', unit: 'us', digits: 1 }]

t.test('contenders take turns, and the median of the rounds stands in the table', async (t) => {
  const order: string[] = []
  const contender = (name: string, figures: number[]): Contender => ({
    name,
    open: async () => ({
      round: async () => {
        order.push(name)
        return [figures.shift()]
      },
      close: async () => void order.push(`${name} closed`)
    })
  })
  const absent: Contender = {
    name: 'absent',
    open: async () => {
      throw new Missing('apt-get install it')
    }
  }
  const rows = await byTurns([contender('a', [3, 1, 9]), absent, contender('b', [6, 6, 6])], columns, 3)
  t.strictSame(order.slice(0, 6), ['a', 'b', 'a', 'b', 'a', 'b'])
  t.strictSame(order.slice(6).sort(), ['a closed', 'b closed'])
  t.strictSame(besides(rows, 'a'), [
    { name: 'a', figures: [3, 1] },
    { name: 'absent', figures: [], missing: 'apt-get install it' },
    { name: 'b', figures: [6, 2] }
  ])
})

t.test('a contender that fails closes the others', async (t) => {
  let closed = 0
  const good: Contender = {
    name: 'good',
    open: async () => ({ round: async () => [1], close: async () => void closed++ })
  }
  const bad: Contender = { name: 'bad', open: async () => Promise.reject(new Error('broken')) }
  await t.rejects(byTurns([good, bad], columns, 1), { message: 'bad: broken' })
  t.equal(closed, 1)
})

const table: Table = {
  title: 'Query',
  conditions: ['200 bytes'],
  columns: [...columns, { name: 'ratio' }],
  rows: [
    { name: 'kith', figures: [12.345, undefined] },
    { name: 'zenoh', figures: [], missing: 'install cargo' }
  ],
  failures: ['3 lost']
}
const measured = { bench: { name: 'query', what: 'Asked.' }, tables: [table] }

t.test('results as text, JSON and Markdown name what is missing and what failed', async (t) => {
  const plain = text.bench(measured)
  t.match(plain, /kith +12\.3 +–/)
  t.match(plain, 'zenoh: not measured: install cargo')
  t.match(plain, 'FAILED: 3 lost')
  t.match(JSON.parse(json.bench(measured)), { bench: 'query', tables: [table] })
  const page = markdown.bench(measured)
  t.match(page, '| kith | 12.3 | – |')
  t.match(page, '| --- | ---: | ---: |')
  t.match(page, '- zenoh: not measured: install cargo')
  t.match(page, '- FAILED: 3 lost')
})

t.test('a measured process that ends is an error of the call', async (t) => {
  const worker = Worker.run([process.execPath, '-e', 'process.exit(3)'])
  await t.rejects(worker.call('usage'), { message: /ended: 3/ })
  await worker.stop()
})

t.test('a program that is not there is an error of its start', async (t) => {
  t.throws(() => Worker.run([t.testdirName]), { message: /did not start/ })
})
