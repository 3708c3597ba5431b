// Boots an emulated Raspberry Pi with this clone's kith on it, and looks at it from here: docs/emulated-pi.md.
//
//     npm run test:pi                    skips, with a sentence, where something is missing
//     npm run test:pi -- --required      fails there
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { orSkipped } from '../support/process/needs.ts'
import type { Check, Lab } from './check.ts'
import { makeHome } from './home.ts'
import { Host } from './host.ts'
import { type Base, base, cacheFolder } from './image/base.ts'
import { makeCard } from './image/card.ts'
import { Machine } from './machine.ts'
import { checkNeeds } from './needs.ts'
import { scenario } from './scenario.ts'
import { until } from './until.ts'

/** Real milliseconds; half a minute on a machine of two processors that has little else to do. */
const BOOT = 600_000

const { values } = parseArgs({ options: { required: { type: 'boolean', default: false } } })
await orSkipped(values.required, async () => {
  await checkNeeds()
  process.exitCode = await withCard(await base())
})

/** @returns the exit status */
async function withCard(made: Base): Promise<number> {
  mkdirSync(cacheFolder(), { recursive: true })
  const work = mkdtempSync(join(cacheFolder(), 'run-'))
  try {
    const home = join(work, 'home')
    const peer = await makeHome(home)
    const card = await makeCard(made, home, work)
    print('the card is made')
    const machine = await Machine.start(
      { ...made, words: 'root=/dev/mmcblk0 rw rootwait', shellPort: 2323 },
      card,
      work
    )
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp(machine, work))
    try {
      print(await machine.booted(BOOT))
      return await withBoard(machine, peer, join(work, 'host'))
    } finally {
      await machine.stop()
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Leaves neither the emulator nor half a gigabyte behind. */
function giveUp(machine: Machine, work: string): void {
  machine.kill()
  rmSync(work, { recursive: true, force: true })
  process.exit(130)
}

async function withBoard(machine: Machine, peer: string, home: string): Promise<number> {
  const kernel = await until(BOOT, 'a shell of the board', () => machine.shell.run('uname -sr'))
  print(`a Raspberry Pi 3B of QEMU with ${kernel}`)
  await makeHome(home)
  const host = await Host.start(home, peer, machine.port)
  let failed = 0
  try {
    for (const check of scenario) failed += (await passes(check, { machine, host })) ? 0 : 1
  } finally {
    if (failed > 0) console.log(await machine.shell.run('tail -n 40 /var/log/kith').catch(String))
    await host.stop()
  }
  print(failed === 0 ? 'all is well' : `${failed} of ${scenario.length} FAILED`)
  return failed === 0 ? 0 : 1
}

async function passes({ name, run }: Check, lab: Lab): Promise<boolean> {
  try {
    print(`ok      ${name}: ${await run(lab)}`)
    return true
  } catch (error) {
    print(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** With the seconds since the beginning. */
function print(line: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${line}`)
}
