import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../support/process/free-port.ts'
import { Qmp } from './qmp.ts'
import { Shell } from './shell.ts'
import { until } from './until.ts'

/** QEMU's own models of chips on /dev/i2c-1, by the names under which QMP knows them. */
const CHIPS: Readonly<Record<string, string>> = {
  air: 'tmp105,address=0x48',
  board: 'tmp105,address=0x49',
  remote: 'tmp421,address=0x4c',
  diodes: 'emc1413,address=0x4d',
  clock: 'ds1338,address=0x68',
  pressure: 'dps310,address=0x76',
  barometer: 'dps310,address=0x77'
}

// The mini UART is the console. The kernel starts one processor; the others would spin for ever, each as fast as
// QEMU can, where they are not switched off.
const KERNEL = 'maxcpus=1 console=ttyS1,115200'

/** The last lines of its console are shown when it does not boot. */
const TOLD = 25
/** As many characters of it are kept. */
const CONSOLE = 2 ** 18

/** What QEMU loads in place of the firmware of the board, as paths. */
export interface Boot {
  readonly kernel: string
  readonly deviceTree: string
  readonly initrd: string
  /** Words for the kernel: where the root is. */
  readonly words: string
  /** The port of the board behind `Machine.shell`. */
  readonly shellPort: number
}

/** An emulated Raspberry Pi 3B. */
export class Machine {
  readonly qmp: Qmp
  readonly shell: Shell
  /** On 127.0.0.1: forwarded to where its kith listens. */
  readonly port: number
  readonly #child: ChildProcess
  readonly #console: () => string

  private constructor(child: ChildProcess, text: () => string, qmp: Qmp, ports: readonly number[]) {
    const [port = 0, shell = 0] = ports
    this.#child = child
    this.#console = text
    this.qmp = qmp
    this.port = port
    this.shell = new Shell(shell)
  }

  /** @param work a folder for its socket */
  static async start(boot: Boot, card: string, work: string): Promise<Machine> {
    const ports = [await freePort(), await freePort()]
    const socket = join(work, 'qmp')
    const child = spawn('qemu-system-aarch64', words(boot, card, socket, ports), {
      stdio: ['ignore', 'pipe', 'pipe']
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (more: string) => {
        text = (text + more).slice(-CONSOLE)
      })
    const qmp = await until(10_000, 'the socket of QEMU', () => Qmp.open(socket)).catch((error) => {
      child.kill('SIGKILL')
      throw new Error(`${error.message}\n${text}`, { cause: error })
    })
    return new Machine(child, () => text, qmp, ports)
  }

  /** Resolves with what /etc/boot says at its end. @throws Error with the end of its console */
  async booted(deadline: number): Promise<string> {
    return await until(deadline, 'the end of booting', async () => {
      const line = this.console.find((line) => line.startsWith('kith-pi: booted'))
      if (line === undefined)
        throw new Error(`the board did not boot:\n${this.console.slice(-TOLD).join('\n')}`)
      return line
    })
  }

  /** The lines of its console. */
  get console(): readonly string[] {
    return this.#console().split(/[\r\n]+/)
  }

  /** Pulls the plug. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async stop(): Promise<void> {
    this.qmp.close()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.kill()
    await once(this.#child, 'exit')
  }
}

function words(
  boot: Boot,
  card: string,
  socket: string,
  [port, shell]: readonly (number | undefined)[]
): string[] {
  const chips = Object.entries(CHIPS).map(([id, chip]) => `${chip.replace(',', ',bus=i2c-bus.1,')},id=${id}`)
  const forward = `hostfwd=tcp:127.0.0.1:${port}-:4001,hostfwd=tcp:127.0.0.1:${shell}-:${boot.shellPort}`
  return [
    ...[
      '-M',
      'raspi3b',
      '-m',
      '1G',
      '-smp',
      '4',
      '-global',
      'bcm2837.enabled-cpus=1',
      '-display',
      'none',
      '-monitor',
      'none',
      '-no-reboot'
    ],
    ...['-kernel', boot.kernel, '-dtb', boot.deviceTree, '-initrd', boot.initrd],
    ...['-append', `${boot.words} ${KERNEL}`],
    ...['-drive', `if=sd,format=raw,file=${card}`],
    // Time on the board is instructions done, 2 ns each (the Cortex-A53 of a Pi 3 does about as many): however
    // busy this machine is, nothing there comes too late. Its clock chip keeps the same time.
    ...['-icount', 'shift=1,sleep=on', '-rtc', 'base=utc,clock=vm'],
    ...['-serial', 'null', '-serial', 'stdio', '-qmp', `unix:${socket},server=on,wait=off`],
    // restrict: the board reaches nobody but this machine.
    ...['-netdev', `user,id=n0,restrict=on,${forward}`, '-device', 'usb-net,netdev=n0'],
    ...chips.flatMap((chip) => ['-device', chip])
  ]
}
