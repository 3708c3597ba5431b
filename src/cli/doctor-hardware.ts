import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { bad, type Check, codeOf, type Finding, ok } from './doctor-finding.ts'

/** The buses of the configured sensors; scanning what is on them would disturb a running node. */
export const checkHardware: Check = async ({ config }) => {
  const buses = new Set((config?.sensors ?? []).flatMap(({ bus }) => (bus === undefined ? [] : [bus])))
  return Promise.all([...buses].map(checkBus))
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
