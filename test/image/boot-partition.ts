import { spawnSync } from 'node:child_process'
import { zstdDecompressSync } from 'node:zlib'

/** A board's image: what its firmware and its kernel must find. */
export interface Board {
  /** Files of Raspberry Pi's firmware on the card; Raspberry Pi 5 has it in its own memory. */
  readonly firmware: readonly string[]
  /** Device trees by the name that the firmware asks for, and the machine that each must describe. */
  readonly trees: Readonly<Record<string, string>>
  /** Drivers, as modules, without which the kernel does not find the root. */
  readonly drivers: readonly string[]
  /** The version of the package linux-image-arm64. */
  readonly kernel: RegExp
}

export const BOARDS = {
  pi3: {
    firmware: ['bootcode.bin', 'start.elf', 'fixup.dat', 'start4.elf', 'fixup4.dat'],
    trees: {
      'bcm2837-rpi-3-b.dtb': 'raspberrypi,3-model-b',
      'bcm2837-rpi-3-b-plus.dtb': 'raspberrypi,3-model-b-plus',
      'bcm2837-rpi-zero-2-w.dtb': 'raspberrypi,model-zero-2-w',
      'bcm2711-rpi-4-b.dtb': 'raspberrypi,4-model-b',
      'bcm2711-rpi-400.dtb': 'raspberrypi,400',
      'bcm2711-rpi-cm4-io.dtb': 'raspberrypi,4-compute-module'
    },
    drivers: ['ext4', 'sdhci-iproc', 'bcm2835', 'mmc_block'],
    kernel: /^6\.12\.(?!.*~bpo)/
  },
  pi5: {
    firmware: [],
    trees: {
      'bcm2712-rpi-5-b.dtb': 'raspberrypi,5-model-b',
      'bcm2712-d-rpi-5-b.dtb': 'raspberrypi,5-model-b',
      'bcm2712d0-rpi-5-b.dtb': 'raspberrypi,5-model-b'
    },
    // The card is found by its regulators, pins and detection; mmc_block is built into this kernel.
    drivers: ['ext4', 'sdhci-brcmstb', 'fixed', 'gpio-brcmstb', 'gpio-regulator', 'pinctrl-brcmstb-bcm2712'],
    kernel: /~bpo13\+/
  }
} as const satisfies Record<string, Board>

/** The boot partition, and the list of packages that is written beside the image. */
export interface Image {
  read(name: string): Promise<Buffer>
  packages(): Promise<string>
}

/**
 * Checks that the firmware finds what it loads, and the kernel what it needs until the root is mounted. Nothing is run.
 * @returns what was found, a line each
 * @throws Error naming the file, and what is wrong with it
 */
export async function checkBootPartition(image: Image, board: Board): Promise<string[]> {
  const config = (await image.read('config.txt')).toString()
  const kernel = named(config, /^kernel=(\S+)$/m, 'kernel=')
  const initrd = named(config, /^initramfs (\S+)(?: followkernel)?$/m, 'initramfs')
  if (!/^arm_64bit=1$/m.test(config)) throw new Error('config.txt: no line arm_64bit=1')
  const versions = [kernel, initrd].map((name) => name.replace(/^[a-z.]+-/, ''))
  if (versions[0] !== versions[1])
    throw new Error(`config.txt: ${kernel} and ${initrd} are not of one version`)
  return [
    `${kernel}: ${mebibytes(checkKernel(kernel, await image.read(kernel)))}`,
    `${initrd}: ${mebibytes(checkInitrd(initrd, await image.read(initrd), board.drivers))}, with ${board.drivers.join(', ')}`,
    ...(await checkTrees(image, board.trees)),
    ...(await checkFirmware(image, board.firmware)),
    `cmdline.txt: ${checkWords((await image.read('cmdline.txt')).toString())}`,
    ...checkPackages(await image.packages(), board.kernel)
  ]
}

function named(config: string, pattern: RegExp, what: string): string {
  const name = pattern.exec(config)?.[1]
  if (name === undefined) throw new Error(`config.txt: no line ${what}`)
  return name
}

/** Linux, Documentation/arch/arm64/booting.rst: a header of 64 bytes; the firmware starts nothing else. */
function checkKernel(name: string, file: Buffer): Buffer {
  if (file.toString('latin1', 56, 60) !== 'ARM\x64')
    throw new Error(`${name}: not an image of arm64's kernel`)
  return file
}

function checkInitrd(name: string, file: Buffer, drivers: readonly string[]): Buffer {
  const plain = plainLength(file)
  let packed: Buffer
  try {
    packed = zstdDecompressSync(file.subarray(plain), { maxOutputLength: 256 * 2 ** 20 })
  } catch (error) {
    throw new Error(`${name}: no archive compressed by zstd at byte ${plain}`, { cause: error })
  }
  for (const driver of drivers)
    if (![file.subarray(0, plain), packed].some((archive) => archive.includes(`/${driver}.ko`)))
      throw new Error(`${name}: no module ${driver}`)
  return file
}

/**
 * initramfs-tools puts files that are compressed already, as modules are, into an archive that is not, before the other.
 * @returns bytes of archives that are not compressed, and of the zeros behind them
 * [Linux, Documentation/driver-api/early-userspace/buffer-format.rst]
 */
function plainLength(file: Buffer): number {
  let at = 0
  while (file.toString('latin1', at, at + 6) === '070701') {
    const field = (index: number): number =>
      Number.parseInt(file.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16)
    const data = align(at + 110 + field(11))
    at = align(data + field(6))
    while (file[at] === 0) at++
  }
  return at
}

function align(at: number): number {
  return Math.ceil(at / 4) * 4
}

async function checkTrees(image: Image, trees: Readonly<Record<string, string>>): Promise<string[]> {
  const names = Object.entries(trees)
  for (const [name, machine] of names) checkTree(name, await image.read(name), machine)
  return names.map(([name, machine]) => `${name}: ${machine}, with i2c-1 and 1-Wire`)
}

function checkTree(name: string, file: Buffer, machine: string): void {
  const strings = (node: string, property: string): string[] => {
    const { status, stdout } = spawnSync('fdtget', ['-t', 's', '-', node, property], { input: file })
    return status === 0 ? stdout.toString().trim().split(' ') : []
  }
  if (!strings('/', 'compatible').includes(machine))
    throw new Error(`${name}: not a device tree of the machine ${machine}`)
  const [bus] = strings('/aliases', 'i2c1')
  if (bus === undefined) throw new Error(`${name}: no alias i2c1`)
  if (strings(bus, 'status')[0] !== 'okay') throw new Error(`${name}: ${bus} is off`)
  if (strings('/onewire', 'compatible')[0] !== 'w1-gpio') throw new Error(`${name}: no 1-Wire`)
}

async function checkFirmware(image: Image, names: readonly string[]): Promise<string[]> {
  for (const name of names) if ((await image.read(name)).length === 0) throw new Error(`${name}: empty`)
  return names.length === 0 ? [] : [`firmware: ${names.join(', ')}`]
}

function checkWords(text: string): string {
  const words = text.trim()
  if (words.includes('\n')) throw new Error('cmdline.txt: the kernel reads the first line only')
  if (!words.split(' ').includes('root=LABEL=KITHROOT'))
    throw new Error(`cmdline.txt: no root=LABEL=KITHROOT in ${words}`)
  return words
}

/** The kernel is of the suite that the board needs, and backports give the kernel alone. */
function checkPackages(list: string, kernel: RegExp): string[] {
  const packages = list
    .trim()
    .split('\n')
    .map((line) => line.split('\t') as [string, string])
  const version = packages.find(([name]) => name === 'linux-image-arm64')?.[1] ?? 'missing'
  if (!kernel.test(version)) throw new Error(`linux-image-arm64: ${version} is not what ${kernel} says`)
  const others = packages.filter(([name, version]) => version.includes('~bpo') && !name.startsWith('linux-'))
  if (others.length > 0) throw new Error(`from backports, beside the kernel: ${others.map(([name]) => name)}`)
  return [`${packages.length} packages; linux-image-arm64 ${version}`]
}

function mebibytes({ length }: Buffer): string {
  return `${(length / 2 ** 20).toFixed(1)} MiB`
}
