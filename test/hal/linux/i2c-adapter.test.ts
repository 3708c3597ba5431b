import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const built = existsSync(file(`../native/build/linux-${process.arch}/i2c.node`))
const compiles = spawnSync('cc', ['--version']).status === 0
const skip = !built ? 'the addon is not built: npm run prepare' : !compiles && 'there is no C compiler'

t.test('the calls of the addon are those of the kernel', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-i2c-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [fake, bus] = [join(folder, 'fake.so'), join(folder, 'i2c-1')]
  execFileSync('cc', ['-shared', '-fPIC', file('support/fakes/i2c-dev.c'), '-o', fake])
  writeFileSync(bus, '')
  const said = execFileSync(process.execPath, [file('support/hardware/i2c-addon-run.ts'), bus], {
    env: { ...process.env, LD_PRELOAD: fake },
    encoding: 'utf8',
    timeout: 20_000
  })
  t.strictSame(JSON.parse(said), {
    functions: { smbusQuick: true, smbusReadI2cBlock: true },
    written: 4,
    read: 'a1a2',
    block: 'a2a30000',
    byte: { 0: 0xa3 },
    quick: 0,
    refused: [
      'I2C_SLAVE -16',
      'I2C_SLAVE -16',
      'I2C_SMBUS -121',
      'I2C_SMBUS -121',
      'read -121',
      'write -121',
      'I2C_SMBUS -121'
    ],
    wrong: ['RangeError', 'RangeError', 'RangeError', 'RangeError', 'RangeError', 'TypeError', 'TypeError'],
    afterClose: 1
  })
})
