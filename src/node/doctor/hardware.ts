import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { bad, type Check, codeOf, type DoctorContext, type Finding, ok, warn } from './finding.ts'

/** Permissions of the configured buses and lines. They are not opened: that would disturb a running node. */
export const checkHardware: Check = async ({ config }) => {
  const buses = new Set(
    (config?.sensors ?? []).flatMap(({ bus }) => bus ?? []).map((bus) => rootBus(bus, config))
  )
  const lines = [...(config?.sensors ?? []), ...(config?.switches ?? [])].some(
    ({ line }) => line !== undefined
  )
  return [...(await Promise.all([...buses].map(checkBus))), ...(lines ? await checkGpio() : [])]
}

/** The machine's bus that leads to a bus: itself, or the one of its multiplexer. */
function rootBus(bus: string, config: DoctorContext['config']): string {
  const muxChannel = config?.buses.find(({ name }) => name === bus)
  return muxChannel === undefined ? bus : rootBus(muxChannel.bus, config)
}

async function checkBus(bus: string): Promise<Finding> {
  const path = `/dev/${bus}`
  const error = await access(path, constants.R_OK | constants.W_OK).then(() => undefined, codeOf)
  if (error === undefined) return ok(bus, `${path} can be opened`)
  if (error === 'ENOENT')
    return bad(
      bus,
      `${path} does not exist`,
      'enable I2C: raspi-config, or sudo modprobe i2c-dev; ls /dev/i2c-* lists the buses'
    )
  return bad(bus, `${path}: ${error}`, 'sudo usermod -aG i2c "$USER", then log in again')
}

async function checkGpio(): Promise<Finding[]> {
  const chips = (await readdir('/dev').catch(() => [])).filter((name) => /^gpiochip\d+$/.test(name))
  if (chips.length > 0) return await Promise.all(chips.map(checkChip))
  const hint = 'in a container: --device /dev/gpiochip0; elsewhere Linux 5.10 or later is needed'
  return [
    warn('gpio', '/dev/gpiochip* does not exist: lines are used by sysfs, and pulses are not counted', hint)
  ]
}

async function checkChip(name: string): Promise<Finding> {
  const error = await access(`/dev/${name}`, constants.R_OK | constants.W_OK).then(() => undefined, codeOf)
  if (error === undefined) return ok(name, `/dev/${name} can be opened`)
  return warn(name, `/dev/${name}: ${error}`, 'sudo usermod -aG gpio "$USER", then log in again')
}
