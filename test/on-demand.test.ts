import t from 'tap'
import { OnDemand } from '../src/on-demand.ts'

t.test('the part is made once, when it is wanted first', async (t) => {
  let times = 0
  const part = new OnDemand(async () => ({ number: ++times }))
  t.equal(part.made, undefined)
  t.equal(times, 0)
  const [one, other] = await Promise.all([part.get(), part.get()])
  t.equal(one, other)
  t.equal(part.made, one)
  t.equal(await part.get(), one)
  t.equal(times, 1)
})

t.test('after a failure it is made again', async (t) => {
  let times = 0
  const part = new OnDemand(async () => {
    if (++times === 1) throw new Error('the disk is away')
    return times
  })
  await t.rejects(Promise.all([part.get(), part.get()]), { message: 'the disk is away' })
  t.equal(part.made, undefined)
  t.equal(await part.get(), 2)
})
