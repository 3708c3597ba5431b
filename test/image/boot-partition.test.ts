import { spawnSync } from 'node:child_process'
import { zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { BOARDS, checkBootPartition, type Image } from './boot-partition.ts'

const fdtget = spawnSync('fdtget', ['-V']).status === 0
const OPTIONS = { skip: fdtget ? false : 'device-tree-compiler is not installed' }

const kernel = Buffer.alloc(64)
kernel.write('ARM\x64', 56, 'latin1')
const drivers = BOARDS.pi5.drivers.map((name) => `kernel/drivers/${name}.ko\0`).join('')

/** An archive in the format of cpio that is called newc, with one file and padding. */
function archive(name: string, text: string): Buffer {
  const hex = (value: number): string => value.toString(16).padStart(8, '0')
  const fields = [1, 0o100644, 0, 0, 1, 0, text.length, 0, 0, 0, 0, name.length + 1, 0].map(hex)
  const pad = (part: string): string => part.padEnd(Math.ceil(part.length / 4) * 4, '\0')
  return Buffer.from(`${pad(`070701${fields.join('')}${name}\0`)}${pad(text)}`.padEnd(512, '\0'))
}

function tree(bus = 'okay', alias = 'i2c1 = "/i2c@1";'): Buffer {
  const source = `/dts-v1/; / { compatible = "raspberrypi,5-model-b", "brcm,bcm2712"; aliases { ${alias} };
    i2c@1 { status = "${bus}"; }; onewire { compatible = "w1-gpio"; }; };`
  return spawnSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb'], { input: source }).stdout
}

const good = (): Record<string, Buffer> => ({
  'config.txt': Buffer.from('arm_64bit=1\nkernel=vmlinuz-7.3\ninitramfs initrd.img-7.3\n'),
  'cmdline.txt': Buffer.from('console=tty0 root=LABEL=KITHROOT rw\n'),
  'vmlinuz-7.3': kernel,
  'initrd.img-7.3': zstdCompressSync(drivers),
  ...Object.fromEntries(Object.keys(BOARDS.pi5.trees).map((name) => [name, tree()]))
})
const PACKAGES = 'apt\t3.0.3\nlinux-image-arm64\t7.3.4-1~bpo13+1\n'

const check = (change: Record<string, Buffer | string>, packages = PACKAGES): Promise<string[]> => {
  const files: Record<string, Buffer | string> = { ...good(), ...change }
  const image: Image = {
    read: async (name) => {
      const file = files[name]
      if (file === undefined) throw new Error(`${name}: missing`)
      return Buffer.from(file)
    },
    packages: async () => packages
  }
  return checkBootPartition(image, BOARDS.pi5)
}

t.test('a boot partition that has everything', OPTIONS, async (t) => {
  const found = (await check({})).join('\n')
  t.match(found, 'vmlinuz-7.3')
  t.match(found, 'bcm2712d0-rpi-5-b.dtb: raspberrypi,5-model-b')
  const apart = drivers.replace('sdhci-brcmstb', 'other')
  const module = archive('usr/lib/modules/7.3/sdhci-brcmstb.ko.xz', 'a module')
  await check({ 'initrd.img-7.3': Buffer.concat([module, zstdCompressSync(apart)]) })
  t.match(found, '2 packages; linux-image-arm64 7.3.4-1~bpo13+1')
})

t.test('what is missing or wrong is named', OPTIONS, async (t) => {
  const config = 'arm_64bit=1\nkernel=vmlinuz-7.3\n'
  const wrong: [change: Record<string, Buffer | string>, error: RegExp][] = [
    [{ 'config.txt': config }, /^config\.txt: no line initramfs/],
    [{ 'config.txt': `${config}initramfs initrd.img-7.2\n` }, /not of one version/],
    [
      {
        'config.txt': 'arm_64bit=1\nkernel=vmlinuz-7.4\ninitramfs initrd.img-7.4\n'
      },
      /^vmlinuz-7\.4: missing/
    ],
    [{ 'config.txt': 'kernel=vmlinuz-7.3\ninitramfs initrd.img-7.3\n' }, /arm_64bit/],
    [{ 'vmlinuz-7.3': 'MZ, compressed' }, /^vmlinuz-7\.3: not an image/],
    [{ 'initrd.img-7.3': 'cut off' }, /^initrd\.img-7\.3: no archive compressed by zstd at byte 0/],
    [
      { 'initrd.img-7.3': zstdCompressSync(drivers.replace('sdhci-brcmstb', 'other')) },
      /^initrd\.img-7\.3: no module sdhci-brcmstb/
    ],
    [{ 'bcm2712-d-rpi-5-b.dtb': 'not one' }, /^bcm2712-d-rpi-5-b\.dtb: not a device tree/],
    [{ 'bcm2712-rpi-5-b.dtb': tree('disabled') }, /^bcm2712-rpi-5-b\.dtb: \/i2c@1 is off/],
    [{ 'bcm2712-rpi-5-b.dtb': tree('okay', '') }, /no alias i2c1/],
    [{ 'cmdline.txt': 'root=/dev/mmcblk0p2' }, /^cmdline\.txt: no root=/]
  ]
  for (const [change, error] of wrong) await t.rejects(check(change), { message: error })
})

t.test('the kernel is of backports, and nothing else is', OPTIONS, async (t) => {
  await t.rejects(check({}, 'linux-image-arm64\t6.12.117-1\n'), { message: /6\.12\.117-1 is not what/ })
  await t.rejects(check({}, 'apt\t3.0.3\n'), { message: /missing is not what/ })
  await t.rejects(check({}, `${PACKAGES}systemd\t258~bpo13+1\n`), { message: /beside the kernel: systemd/ })
})
