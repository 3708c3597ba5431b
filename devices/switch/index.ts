import type { ActuatorDefinition } from '../../src/driver.ts'

/**
 * A relay, a valve, a pump, a lamp. What the pin does when kith is killed is the kernel's choice, not ours:
 * upstream kernels make it an input, so that a pull resistor decides; Raspberry Pi's keep the level
 * (`dtparam=strict_gpiod` in config.txt changes that). A load that must not stay on needs a pull resistor on
 * its safe side, and strict_gpiod.
 */
export const relay: ActuatorDefinition = {
  type: 'switch',
  title: 'Output that is on or off: relay, valve, pump, lamp',
  bus: 'gpio',
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
