import t from 'tap'
import { loadI2c } from '../../../src/hal/linux/load-i2c.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FakeI2cModule } from '../../support/fakes/i2c-module.ts'

const notBuilt = (): never => {
  throw new Error('it is not built for this machine')
}

t.test('without the addon i2c-bus stands in', async (t) => {
  const clock = new VirtualClock()
  const module = new FakeI2cModule(clock)
  const open = await loadI2c(notBuilt, async () => module)
  const adapter = await open('/dev/i2c-7')
  t.same(adapter.functions, module.functions)
  t.same(module.calls, ['open 7'])
})

t.test('without both the error is that of the addon', async (t) => {
  await t.rejects(
    loadI2c(notBuilt, async () => notBuilt()),
    { message: /not built for this machine/ }
  )
})

const built = await import('i2c-bus').then(
  () => true,
  () => false
)
t.test(
  'the package that is installed has the calls',
  { skip: !built && 'i2c-bus is not built' },
  async (t) => {
    const open = await loadI2c(notBuilt)
    const failure = await open('/dev/i2c-999').catch((error: unknown) => error)
    t.match(failure, { code: 'ENOENT' })
  }
)
