import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { NodeError } from '../../error.ts'
import { defineCommand } from '../command-line/command.ts'

/** Milliseconds; a remount waits for what is being written. */
const REMOUNT = 30_000

export const provision = defineCommand({
  name: 'provision',
  summary: 'apply kith.yaml of the boot partition of an SD card, if it was changed',
  options: {
    boot: { kind: 'text', value: 'DIR', summary: 'the folder of the boot partition: /boot/firmware' },
    root: {
      kind: 'text',
      value: 'DIR',
      summary: 'where host name, Wi-Fi and keys for ssh are written (default: /)'
    },
    remount: {
      kind: 'flag',
      summary: 'the boot partition is mounted read-only; mount it writable while it is written'
    }
  },
  positionals: [],
  example: 'kith provision --boot /boot/firmware',
  makesHome: true,
  async run({ home, options, json, terminal, clock }) {
    const { boot } = options
    if (boot === undefined)
      throw new NodeError('usage', 'kith provision: --boot is missing', {
        hint: 'name the folder: kith provision --boot /boot/firmware'
      })
    const [{ provision: run }, { NodeHome }, { Machine }, { devices, clockChips }] = await Promise.all([
      import('../../provision/provision.ts'),
      import('../../provision/node-home.ts'),
      import('../../provision/machine.ts'),
      import('../../../devices/index.ts')
    ])
    const { outcome, status } = await run({
      boot,
      home: new NodeHome(home),
      machine: new Machine(options.root ?? '/'),
      devices: { devices, clocks: clockChips },
      clock,
      writable: options.remount === true ? (work) => remounted(boot, work) : (work) => work()
    })
    if (json) terminal.json({ outcome, status })
    else terminal.lines(status.trimEnd().split('\n'))
    return outcome === 'refused' ? 2 : 0
  }
})

/** A card is pulled at any moment: its boot partition is writable only as long as it is written. */
async function remounted(folder: string, work: () => Promise<void>): Promise<void> {
  await mount('remount,rw', folder)
  try {
    await work()
  } finally {
    await mount('remount,ro', folder)
  }
}

async function mount(options: string, folder: string): Promise<void> {
  try {
    await promisify(execFile)('mount', ['-o', options, folder], { timeout: REMOUNT })
  } catch (cause) {
    throw new NodeError('unwritten', `${folder} cannot be mounted with ${options}`, {
      hint: 'run it as root; dmesg says what the disk reports',
      remedy: 'retry',
      cause
    })
  }
}
