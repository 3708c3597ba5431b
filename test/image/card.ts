import { constants, copyFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../pi/command.ts'
import type { Boot } from '../pi/machine.ts'

/** QEMU takes cards whose size is a power of two only; it is that of the smallest card that the image fits on. */
const SIZE = 4 * 2 ** 30
const MIB = 2 ** 20
/** The layout of deploy/image/build.sh, in MiB; data is made on the device. */
const PARTITIONS = { boot: [4, 512], root: [516, 1536], data: [3588, 508] } as const
/** Where the boot partition begins, in bytes. */
export const BOOT_AT = PARTITIONS.boot[0] * MIB

// The watchdog of QEMU's board resets at once when it is armed [QEMU, hw/misc/bcm2835_powermgt.c]. cdc_subset takes
// QEMU's network card before cdc_ether does, and cannot drive it. Its GPIO4 is low: the search of 1-Wire would find
// chips without end.
const WORDS = 'systemd.watchdog_sec=0 modprobe.blacklist=cdc_subset,w1-gpio'

/** An SD card with an image, used from outside as a person's computer does. */
export class Card {
  readonly path: string
  readonly #work: string

  private constructor(path: string, work: string) {
    this.path = path
    this.#work = work
  }

  static make(image: string, work: string): Card {
    const path = join(work, 'card.img')
    copyFileSync(image, path, constants.COPYFILE_FICLONE)
    truncateSync(path, SIZE)
    return new Card(path, work)
  }

  /** A file of the boot partition. */
  async read(name: string): Promise<string> {
    return await this.#mtools('mtype', `::${name}`)
  }

  async write(name: string, text: string): Promise<void> {
    const file = join(this.#work, 'written')
    writeFileSync(file, text)
    await this.#mtools('mcopy', '-o', file, `::${name}`)
  }

  /** What the firmware of a Raspberry Pi reads of the boot partition: QEMU has none. */
  async boot(): Promise<Boot> {
    const config = await this.read('config.txt')
    const named = (pattern: RegExp): string => pattern.exec(config)?.[1] ?? ''
    return {
      kernel: await this.#take(named(/^kernel=(\S+)$/m)),
      initrd: await this.#take(named(/^initramfs (\S+)$/m)),
      deviceTree: await this.#take('bcm2837-rpi-3-b.dtb'),
      words: `${(await this.read('cmdline.txt')).trim()} ${WORDS}`,
      shellPort: 22
    }
  }

  /**
   * Checks the file systems as they are after a power cut: in a copy, their journals are played back, then nothing may
   * be wrong.
   * @throws Error with what is
   */
  async check(): Promise<void> {
    for (const name of ['root', 'data'] as const) {
      const part = await this.#partition(name)
      // 1: what the journal or the next mount mends was mended [e2fsck(8)].
      await command('sh', ['-c', 'e2fsck -p "$0" || [ $? -eq 1 ]', part], { deadline: 120_000 })
      await command('e2fsck', ['-fn', part], { deadline: 120_000 })
    }
    const boot = await this.#partition('boot')
    await command('fsck.fat', ['-n', boot], { deadline: 60_000 })
  }

  async #partition(name: keyof typeof PARTITIONS): Promise<string> {
    const part = join(this.#work, `${name}.part`)
    const [start, size] = PARTITIONS[name]
    const copy = ['bs=1M', `skip=${start}`, `count=${size}`, 'conv=sparse', 'status=none']
    await command('dd', [`if=${this.path}`, `of=${part}`, ...copy], { deadline: 120_000 })
    return part
  }

  async #take(name: string): Promise<string> {
    const target = join(this.#work, name)
    await this.#mtools('mcopy', '-n', '-o', `::${name}`, target)
    return target
  }

  #mtools(program: string, ...words: string[]): Promise<string> {
    return command(program, ['-i', `${this.path}@@${BOOT_AT}`, ...words], {
      deadline: 60_000
    })
  }
}
