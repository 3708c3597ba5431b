/** A temperature as it comes over the bus: word and CRC. */
export const temperatures: readonly { bytes: string; celsius: number; source: string }[] = [
  { bytes: '683a7c', celsius: 24.6863, source: 'HPC199 (HTU21D), CRC example; its status bits are masked' },
  { bytes: '000000', celsius: -46.85, source: 'the formula of Si7021-A20 5.1.2, lower end' },
  { bytes: 'fffc7e', celsius: 128.859275, source: 'the formula of Si7021-A20 5.1.2, upper end' },
  { bytes: '400089', celsius: -2.92, source: 'the formula of Si7021-A20 5.1.2' },
  { bytes: 'c000aa', celsius: 84.94, source: 'the formula of Si7021-A20 5.1.2' }
]

/** A humidity word, in the same form. */
export const humidities: readonly { bytes: string; percent: number; source: string }[] = [
  { bytes: '4e856b', percent: 32.3376, source: 'HPC199 (HTU21D), CRC example; its status bits are masked' },
  { bytes: '7c8297', percent: 54.791, source: 'HPC199 (HTU21D), conversion example, 54.8' },
  { bytes: '0c4a52', percent: -0.0032959, source: 'the formula of Si7021-A20 5.1.1; the driver crops it' },
  { bytes: '0c4e96', percent: 0.00433, source: 'the formula of Si7021-A20 5.1.1, the smallest above 0' },
  { bytes: '800241', percent: 56.5, source: 'the formula of Si7021-A20 5.1.1' },
  { bytes: 'd916e2', percent: 99.995178, source: 'the formula of Si7021-A20 5.1.1, hardly below 100' },
  { bytes: 'fffe1c', percent: 118.9923706, source: 'the formula of Si7021-A20 5.1.1, upper end' }
]
