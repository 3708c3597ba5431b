import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadGpioKernel } from '../../../../src/hal/linux/gpio/addon.ts'
import { systemCode } from '../../../../src/hal/linux/system-code.ts'

const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const built = existsSync(file(`../native/build/linux-${process.arch}/gpio.node`))
const compiles = spawnSync('cc', ['--version']).status === 0

t.test('declarations of the addon match those of the kernel', { skip: !built || !compiles }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-gpio-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [fake, chip] = [join(folder, 'fake.so'), join(folder, 'gpiochip0')]
  execFileSync('cc', ['-shared', '-fPIC', file('support/fakes/gpiochip.c'), '-o', fake])
  writeFileSync(chip, '')
  const said = execFileSync(process.execPath, [file('support/hardware/gpio-addon-run.ts'), chip], {
    env: { ...process.env, LD_PRELOAD: fake },
    encoding: 'utf8',
    timeout: 20_000
  })
  t.same(JSON.parse(said), {
    chip: { name: 'gpiochip0', label: 'x'.repeat(32), lines: 54 },
    line: { name: 'GPIO5', consumer: 'gpio-keys', flags: 1 },
    levels: [1, null, 0],
    busy: 'line GPIO5 is in use by gpio-keys',
    event: [48, 1, 17, 0xfffffffe],
    young: true,
    empty: 0
  })
})

t.test('what is no GPIO chip is an error of the system', { skip: !built }, async (t) => {
  const kernel = await loadGpioKernel()
  const descriptor = kernel.open('/dev/null')
  const calls = [
    () => kernel.chipInfo(descriptor),
    () => kernel.lineInfo(descriptor, 0),
    () => kernel.request(descriptor, { offset: 0, flags: 4, level: 0, events: 0, consumer: 'kith' }),
    () => kernel.get(descriptor),
    () => kernel.set(descriptor, 1),
    () => kernel.watch(descriptor, () => {})
  ]
  for (const call of calls) {
    try {
      call()
      t.fail('it throws')
    } catch (error) {
      t.match(systemCode(error), /^(ENOTTY|EPERM)$/)
    }
  }
  kernel.close(descriptor)
  t.throws(() => kernel.chipInfo(-1), /Bad file descriptor/)
  t.ok(Array.isArray(kernel.chips()))
})
