// Linux Documentation/w1/slaves/w1_therm.rst and drivers/w1/slaves/w1_therm.c.

export const DEVICES = '/sys/bus/w1/devices'
/** The nine bytes of the scratchpad, whether their CRC fits, and the temperature in thousandths of °C. */
export const SCRATCHPAD = 'w1_slave'
/** Bits of the driver's checks; needs root. 1: the 85 °C of power-on is an error. */
export const FEATURES = 'features'
export const CHECK_POWER_ON = '1\n'

/** Chips with a temperature, by the family code, the first byte of their number [w1_therm.c, w1_therm_families]. */
export const FAMILIES: Readonly<Record<string, string>> = {
  '10': 'DS18S20',
  '22': 'DS1822',
  '28': 'DS18B20',
  '3b': 'DS1825',
  '42': 'DS28EA00'
}
