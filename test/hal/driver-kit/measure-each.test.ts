import t from 'tap'
import { measureEach } from '../../../src/hal/driver-kit/measure-each.ts'
import { uniqueMeasures } from '../../../src/hal/driver-kit/unique-measures.ts'

const measures = [
  { quantity: 'voltage', channel: '0' },
  { quantity: 'voltage', channel: '1' }
]
const { signal } = new AbortController()

t.test('one value that fails does not hide the others', async (t) => {
  const measured = await measureEach(measures, signal, async ({ channel }) => {
    if (channel === '0') throw new Error('open')
    return 3.3
  })
  t.match(measured, [
    { quantity: 'voltage', channel: '0', fault: { message: 'open' } },
    { quantity: 'voltage', channel: '1', value: 3.3 }
  ])
})

t.test('where all fail the sample does', async (t) => {
  const fail = async ({ channel }: { channel: string }): Promise<number> => {
    throw new Error(`no ${channel}`)
  }
  await t.rejects(measureEach(measures, signal, fail), { message: 'no 0' })
  t.same(await measureEach([], signal, fail), [])
})

t.test('an abort is no fault of a value', async (t) => {
  const controller = new AbortController()
  const work = measureEach(measures, controller.signal, async () => {
    controller.abort(new Error('enough'))
    throw new Error('interrupted')
  })
  await t.rejects(work, { message: 'enough' })
})

t.test('series are distinguished by no more than they need', async (t) => {
  t.same(uniqueMeasures([{ quantity: 'temperature', channel: '1' }]), [{ quantity: 'temperature' }])
  t.same(uniqueMeasures([...measures, ...measures, { quantity: 'power', channel: '1' }]), [
    ...measures,
    { quantity: 'power' }
  ])
})
