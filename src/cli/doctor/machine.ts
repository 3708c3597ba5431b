import { readFile } from 'node:fs/promises'
import { arch, freemem, platform, release, totalmem } from 'node:os'
import { clockQuality, nativePackages } from '../../node/machine.ts'
import { bytes } from '../terminal/format-units.ts'
import { type Check, type Finding, ok, warn } from './finding.ts'

/** Before kith was written no clock was right. */
const EARLIEST = Date.UTC(2026, 0, 1)
/** A node needs about 100 MB. */
const MIN_MEMORY = 150e6

export const checkMachine: Check = async ({ clock }) => [
  ok('machine', `${await model()}, ${platform()} ${release()} on ${arch()}, Node ${process.versions.node}`),
  checkMemory(),
  ...(await checkNative()),
  await checkClock(clock.now(), await clockQuality(clock))
]

/** A board says what it is in its device tree. */
async function model(): Promise<string> {
  const text = await readFile('/proc/device-tree/model', 'utf8').catch(() => '')
  return text.replaceAll('\0', '').trim() || 'no board with a name'
}

function checkMemory(): Finding {
  const text = `${bytes(freemem())} free of ${bytes(totalmem())}`
  if (freemem() >= MIN_MEMORY) return ok('memory', text)
  return warn('memory', text, 'stop something else: a node takes about 100 MB')
}

async function checkNative(): Promise<Finding[]> {
  return (await nativePackages()).map(({ name, error }) =>
    error === undefined
      ? ok(name, 'loads')
      : warn(
          name,
          `cannot be loaded: ${error}`,
          'only real hardware needs it: install python3, make and a C++ compiler, then: npm ci'
        )
  )
}

async function checkClock(now: number, quality: 0 | 1 | 2): Promise<Finding> {
  if (now < EARLIEST)
    return warn(
      'clock',
      `it shows ${new Date(now).toISOString()}, which cannot be`,
      'readings go out without a time until it is right: timedatectl set-ntp true'
    )
  if (quality === 0) return ok('clock', 'synchronised')
  return warn(
    'clock',
    'nothing says that it is synchronised',
    'readings are marked so; timedatectl set-ntp true, or trust a neighbour: kith book add NAME WHO --time'
  )
}
