import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { bad, type Check, codeOf, type DoctorContext, type Finding, ok, warn } from './finding.ts'

/** The buses and lines of the configured sensors and switches; trying them would disturb a running node. */
export const checkHardware: Check = async ({ config }) => {
  const buses = new Set(
    (config?.sensors ?? []).flatMap(({ bus }) => bus ?? []).map((bus) => ofMachine(bus, config))
  )
  const lines = [...(config?.sensors ?? []), ...(config?.switches ?? [])].some(
    ({ line }) => line !== undefined
  )
  return [...(await Promise.all([...buses].map(checkBus))), ...(lines ? await checkGpio() : [])]
}

/** Of a channel of a multiplexer the bus that leads there. */
function ofMachine(bus: string, config: DoctorContext['config']): string {
  const branch = config?.buses.find(({ name }) => name === bus)
  return branch === undefined ? bus : ofMachine(branch.bus, config)
}

async function checkBus(bus: string): Promise<Finding> {
  const path = `/dev/${bus}`
  const error = await access(path, constants.R_OK | constants.W_OK).then(() => undefined, codeOf)
  if (error === undefined) return ok(bus, `${path} can be opened`)
  if (error === 'ENOENT')
    return bad(
      bus,
      `there is no ${path}`,
      'switch I2C on: raspi-config, or sudo modprobe i2c-dev; ls /dev/i2c-* lists buses'
    )
  return bad(bus, `${path}: ${error}`, 'sudo usermod -aG i2c "$USER", then log in again')
}

async function checkGpio(): Promise<Finding[]> {
  const chips = (await readdir('/dev').catch(() => [])).filter((name) => /^gpiochip\d+$/.test(name))
  if (chips.length > 0) return await Promise.all(chips.map(checkChip))
  const hint = 'in a container, hand it in: --device /dev/gpiochip0; elsewhere it needs Linux 5.10'
  return [warn('gpio', 'there is no /dev/gpiochip*: lines go over sysfs, and pulses are not counted', hint)]
}

async function checkChip(name: string): Promise<Finding> {
  const error = await access(`/dev/${name}`, constants.R_OK | constants.W_OK).then(() => undefined, codeOf)
  if (error === undefined) return ok(name, `/dev/${name} can be opened`)
  return warn(name, `/dev/${name}: ${error}`, 'sudo usermod -aG gpio "$USER", then log in again')
}
