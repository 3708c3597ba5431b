export interface Ina219Vector {
  /** Shunt and bus voltage registers as they come over the bus. */
  readonly shunt: string
  readonly bus: string
  readonly ohms: number
  readonly amperes: number
  readonly volts: number
  readonly watts: number
  readonly source: string
}

const FORMAT = 'SBOS448, shunt voltage register format and bus voltage register'

export const conversions: readonly Ina219Vector[] = [
  {
    shunt: '07d0',
    bus: '5d98',
    ohms: 0.002,
    amperes: 10,
    volts: 11.98,
    watts: 119.8,
    source: 'SBOS448, programming example: calculating current and power'
  },
  { shunt: '7d00', bus: '5dc2', ohms: 0.1, amperes: 3.2, volts: 12, watts: 38.4, source: FORMAT },
  { shunt: 'fc18', bus: '5dc2', ohms: 0.1, amperes: -0.1, volts: 12, watts: -1.2, source: FORMAT },
  { shunt: '8300', bus: 'fa02', ohms: 0.1, amperes: -3.2, volts: 32, watts: -102.4, source: FORMAT },
  { shunt: '0001', bus: '000a', ohms: 0.1, amperes: 0.0001, volts: 0.004, watts: 0.0000004, source: FORMAT },
  { shunt: 'ffff', bus: '0002', ohms: 0.01, amperes: -0.001, volts: 0, watts: 0, source: FORMAT }
]

/** Current and power registers of the programming example, with its calibration. */
export const example = {
  calibration: '5000',
  current: '2710',
  power: '1766',
  source: 'SBOS448, programming example: 10 A in steps of 1 mA, 119.8 W in steps of 20 mW'
}

/** Configuration register by maximum current over 0.1 ohm and conversions averaged. */
export const configurations: readonly {
  maximum_current: number
  samples: number
  bytes: string
  source: string
}[] = [
  { maximum_current: 3.2, samples: 1, bytes: '3c43', source: 'SBOS448: 320 mV, 12 bits, triggered' },
  { maximum_current: 1.605, samples: 1, bytes: '3c43', source: 'SBOS448: 320 mV, 12 bits, triggered' },
  { maximum_current: 1.6, samples: 2, bytes: '34cb', source: 'SBOS448: 160 mV, 2 samples, triggered' },
  { maximum_current: 0.805, samples: 4, bytes: '3553', source: 'SBOS448: 160 mV, 4 samples, triggered' },
  { maximum_current: 0.8, samples: 8, bytes: '2ddb', source: 'SBOS448: 80 mV, 8 samples, triggered' },
  { maximum_current: 0.405, samples: 16, bytes: '2e63', source: 'SBOS448: 80 mV, 16 samples, triggered' },
  { maximum_current: 0.4, samples: 32, bytes: '26eb', source: 'SBOS448: 40 mV, 32 samples, triggered' },
  { maximum_current: 0.4, samples: 64, bytes: '2773', source: 'SBOS448: 40 mV, 64 samples, triggered' },
  { maximum_current: 0.4, samples: 128, bytes: '27fb', source: 'SBOS448: 40 mV, 128 samples, triggered' }
]
