import type { FileModelFactory } from '../../src/simulated.ts'

/** °C by which an idle processor is warmer than its surroundings. */
const SELF_HEATING = 22

/** The zone of a Raspberry Pi's processor [linux drivers/thermal/broadcom/bcm2835_thermal.c]. */
export const model: FileModelFactory = ({ ambient }) => ({
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/mode': 'enabled\n',
  '/sys/class/thermal/thermal_zone0/temp': () =>
    `${Math.round((ambient.value('temperature') + SELF_HEATING) * 1000)}\n`
})
