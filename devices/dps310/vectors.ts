export interface Dps310Vector {
  /** Registers 10 to 21. */
  readonly coefficients: string
  /** By name, where they were published. */
  readonly parsed?: Readonly<Record<string, number>>
  /** Registers 03 to 05 and 00 to 02. */
  readonly temperature: string
  readonly pressure: string
  readonly oversampling: number
  readonly celsius: number
  readonly pascal: number
  readonly source: string
}

/** Coefficients of signs that chips do not have, near the ends of their ranges. */
export const signs = {
  coefficients: '8017fe800017fffe7fff80017ffd80027ffc',
  parsed: {
    c0: -2047,
    c1: 2046,
    c00: -524287,
    c10: 524286,
    c01: 32767,
    c11: -32767,
    c20: 32765,
    c21: -32766,
    c30: 32764
  },
  source: "datasheet v01_02, 8.11: two's complement of 12, 20 and 16 bits"
}

/** Registers of a chip as it is in QEMU. */
const QEMU = '0e1edd13ca5f2152f9c604d1db47005bfb3a'

const FRACTIONS = 'the formulas of the datasheet (4.9.1, 4.9.2) in exact fractions'

export const measurements: readonly Dps310Vector[] = [
  {
    coefficients: QEMU,
    temperature: '0269a6',
    pressure: 'fe2fee',
    oversampling: 1,
    celsius: 24.73843,
    pascal: 92946.31142,
    source: `qemu hw/sensor/dps310.c, regs_reset_state; ${FRACTIONS}`
  },
  {
    coefficients: '0dfedd138caf251df3b70598d9410098fad7',
    parsed: {
      c0: 223,
      c1: -291,
      c00: 80074,
      c10: -56035,
      c01: -3145,
      c11: 1432,
      c20: -9919,
      c21: 152,
      c30: -1321
    },
    temperature: '0263f0',
    pressure: 'e8f862',
    oversampling: 4,
    celsius: 99.07856,
    pascal: 101374.20881,
    source: `github.com/Infineon/DPS310-Pressure-Sensor/issues/23, a device; ${FRACTIONS}`
  },
  {
    coefficients: '0deed7137d8f240cf70905a4da1b006ffaf7',
    parsed: {
      c0: 222,
      c1: -297,
      c00: 79832,
      c10: -56308,
      c01: -2295,
      c11: 1444,
      c20: -9701,
      c21: 111,
      c30: -1289
    },
    temperature: '030f32',
    pressure: 'fcc81e',
    oversampling: 1,
    celsius: -2.57862,
    pascal: 99904.9812,
    source: `github.com/Infineon/DPS310-Pressure-Sensor/issues/30, a device; ${FRACTIONS}`
  },
  ...(
    [
      [2, '0712d4', 'f4b2c0', 26.73324, 105313.42455],
      [4, '0fb8e2', 'e40d11', 30.80072, 106708.34295],
      [8, '21ab37', 'c4fd00', 30.85314, 106355.19471],
      [16, '00f5a1', 'fe1c2a', 40.44555, 106232.14389],
      [32, '01e9c3', 'fc40b7', 41.80523, 105664.81561],
      [64, '03d2f8', 'f87d55', 42.4016, 105536.05991],
      [128, '07a5b0', 'f10044', 42.68541, 105414.44229]
    ] as const
  ).map(([oversampling, temperature, pressure, celsius, pascal]) => ({
    coefficients: QEMU,
    temperature,
    pressure,
    oversampling,
    celsius,
    pascal,
    source: FRACTIONS
  }))
]
