import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const script = fileURLToPath(
  new URL('../../deploy/image/boards/pi5/root/usr/lib/kith-image/device-tree', import.meta.url)
)
const dtc = spawnSync('fdtoverlay', ['-V']).status === 0
const OPTIONS = { skip: dtc ? false : 'device-tree-compiler is not installed' }
const BUS = '/axi/pcie@1000120000/pci@0,0/dev@0,0/pci-ep-bus@1/i2c@40074000'

/** What Debian's device tree has of the pins: the bus is off, and nothing is named i2c1. */
function tree(model: string): Buffer {
  const nested = BUS.split('/')
    .slice(1, -1)
    .reduceRight(
      (inner, name) => `${name} { ${inner} };`,
      'rp1_i2c1: i2c@40074000 { status = "disabled"; }; rp1_gpio: pinctrl { #gpio-cells = <2>; };'
    )
  const source = `/dts-v1/; / { model = "${model}"; aliases {}; ${nested} };`
  return spawnSync('dtc', ['-q', '-@', '-I', 'dts', '-O', 'dtb'], { input: source }).stdout
}

t.test('the newest kernel gives the device trees, with I2C and 1-Wire on the pins', OPTIONS, async (t) => {
  const folder = t.testdir({ boot: {}, modules: {} })
  for (const version of ['7.9.1', '7.10.2']) {
    const trees = join(folder, 'modules', version, 'dtb/broadcom')
    mkdirSync(trees, { recursive: true })
    writeFileSync(join(trees, 'bcm2712-rpi-5-b.dtb'), tree(`${version} C1`))
    writeFileSync(join(trees, 'bcm2712-d-rpi-5-b.dtb'), tree(`${version} D0`))
  }
  const boot = join(folder, 'boot')
  const { status, stderr } = spawnSync(script, [boot, join(folder, 'modules')], { encoding: 'utf8' })
  t.equal(status, 0, stderr)
  const models = {
    'bcm2712-d-rpi-5-b.dtb': '7.10.2 D0',
    'bcm2712-rpi-5-b.dtb': '7.10.2 C1',
    'bcm2712d0-rpi-5-b.dtb': '7.10.2 D0'
  }
  t.strictSame(readdirSync(boot).sort(), Object.keys(models).sort())
  for (const [name, model] of Object.entries(models)) {
    const get = (node: string, property: string): string =>
      spawnSync('fdtget', [join(boot, name), node, property], { encoding: 'utf8' }).stdout.trim()
    t.equal(get('/', 'model'), model)
    t.equal(get('/aliases', 'i2c1'), BUS)
    t.equal(get(BUS, 'status'), 'okay')
    t.equal(get('/onewire', 'compatible'), 'w1-gpio')
    // GPIO4, open drain and active high [Linux, include/dt-bindings/gpio/gpio.h].
    t.match(get('/onewire', 'gpios'), / 4 6$/)
  }
})

t.test('a kernel without them is an error, and not a card that does not boot', OPTIONS, async (t) => {
  const folder = t.testdir({ boot: {}, modules: {} })
  const { status, stderr } = spawnSync(script, [join(folder, 'boot'), join(folder, 'modules')], {
    encoding: 'utf8'
  })
  t.equal(status, 1)
  t.match(stderr, 'no device tree of Raspberry Pi 5')
})
