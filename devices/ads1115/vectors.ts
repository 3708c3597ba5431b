const FORMAT = 'SBAS444, data format: input signal versus ideal output code'

/** The conversion register as it comes over the bus, and what it means. */
export const voltages: readonly {
  bytes: string
  /** Volts of full scale. */
  gain: number
  volts: number
  source: string
}[] = [
  { bytes: '7fff', gain: 2.048, volts: 2.0479375, source: FORMAT },
  { bytes: '0001', gain: 2.048, volts: 0.0000625, source: FORMAT },
  { bytes: '0000', gain: 2.048, volts: 0, source: FORMAT },
  { bytes: 'ffff', gain: 2.048, volts: -0.0000625, source: FORMAT },
  { bytes: '8000', gain: 2.048, volts: -2.048, source: FORMAT },
  { bytes: '0001', gain: 6.144, volts: 0.0001875, source: 'SBAS444, full-scale range and LSB size' },
  { bytes: '0001', gain: 4.096, volts: 0.000125, source: 'SBAS444, full-scale range and LSB size' },
  { bytes: '0001', gain: 1.024, volts: 0.00003125, source: 'SBAS444, full-scale range and LSB size' },
  { bytes: '0001', gain: 0.512, volts: 0.000015625, source: 'SBAS444, full-scale range and LSB size' },
  { bytes: '0001', gain: 0.256, volts: 0.0000078125, source: 'SBAS444, full-scale range and LSB size' },
  { bytes: '4000', gain: 6.144, volts: 3.072, source: 'SBAS444, full-scale range and LSB size' },
  { bytes: 'c000', gain: 0.256, volts: -0.128, source: 'SBAS444, full-scale range and LSB size' }
]

/** Config register of a conversion that is under way: inputs, gain and rate in their places. */
export const configurations: readonly {
  channel: string
  gain: number
  rate: number
  bytes: string
  source: string
}[] = [
  {
    channel: 'd01',
    gain: 2.048,
    rate: 128,
    bytes: '0583',
    source: 'SBAS444, reset value 8583 without bit 15'
  },
  { channel: 'a0', gain: 6.144, rate: 8, bytes: '4103', source: 'SBAS444, config register' },
  { channel: 'a1', gain: 4.096, rate: 16, bytes: '5323', source: 'SBAS444, config register' },
  { channel: 'a2', gain: 1.024, rate: 32, bytes: '6743', source: 'SBAS444, config register' },
  { channel: 'a3', gain: 0.512, rate: 64, bytes: '7963', source: 'SBAS444, config register' },
  { channel: 'd03', gain: 2.048, rate: 128, bytes: '1583', source: 'SBAS444, config register' },
  { channel: 'd13', gain: 2.048, rate: 128, bytes: '2583', source: 'SBAS444, config register' },
  { channel: 'd23', gain: 0.256, rate: 250, bytes: '3ba3', source: 'SBAS444, config register' },
  { channel: 'a0', gain: 2.048, rate: 475, bytes: '45c3', source: 'SBAS444, config register' },
  { channel: 'a0', gain: 2.048, rate: 860, bytes: '45e3', source: 'SBAS444, config register' }
]
