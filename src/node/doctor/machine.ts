import { readFile } from 'node:fs/promises'
import { arch, freemem, platform, release, totalmem } from 'node:os'
import { bytes } from '../format-units.ts'
import { clockQuality, nativePackages } from '../machine.ts'
import { type Check, type Finding, ok, warn } from './finding.ts'

/** A clock that shows less is wrong: kith was written later. */
const EARLIEST = Date.UTC(2026, 0, 1)
/** Bytes: a node needs about 100 MB. */
const MIN_MEMORY = 150e6

export const checkMachine: Check = async ({ clock }) => [
  ok('machine', `${await model()}, ${platform()} ${release()} on ${arch()}, Node ${process.versions.node}`),
  checkMemory(),
  ...(await checkNative()),
  await checkClock(clock.now(), await clockQuality(clock))
]

/** The board's name in its device tree. */
async function model(): Promise<string> {
  const text = await readFile('/proc/device-tree/model', 'utf8').catch(() => '')
  return text.replaceAll('\0', '').trim() || 'unknown board'
}

function checkMemory(): Finding {
  const text = `${bytes(freemem())} free of ${bytes(totalmem())}`
  if (freemem() >= MIN_MEMORY) return ok('memory', text)
  return warn('memory', text, 'stop other programs: a node needs about 100 MB')
}

async function checkNative(): Promise<Finding[]> {
  return (await nativePackages()).map(({ name, error, hint }) =>
    error === undefined ? ok(name, 'loads') : warn(name, `cannot be loaded: ${error}`, hint)
  )
}

async function checkClock(now: number, quality: 0 | 1 | 2): Promise<Finding> {
  if (now < EARLIEST)
    return warn(
      'clock',
      `it shows ${new Date(now).toISOString()}, which is wrong`,
      'readings have no time until it is set: timedatectl set-ntp true'
    )
  if (quality === 0) return ok('clock', 'synchronised')
  return warn(
    'clock',
    'not synchronised',
    'readings are marked as such: timedatectl set-ntp true, or trust a neighbour: kith book add NAME WHO --time'
  )
}
