/** Registers of a chip as they come over the bus, and what they mean. */
export const calibration = {
  /** 88 to A1: the parameters of the example in BST-BMP280-DS001 3.12, then A0 unused, then H1. */
  low: '706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017004b',
  /** E1 to E7: H2 to H6. The datasheets give no example; these are of the usual size. */
  high: '6a01001329031e',
  temperature: [27504, 26435, -1000],
  pressure: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
  humidity: [75, 362, 0, 313, 50, 30]
}

/** H4 and H5 are signed 12-bit words that share E5, H6 is a signed byte (BST-BME280-DS002 table 16). */
export const signedHumidity = {
  high: '6a0100ff1280fe',
  humidity: [75, 362, 0, -14, -2047, -2]
}

/** Registers F7 to FE under that calibration. */
export const measurements: readonly {
  bytes: string
  temperature: number
  pressure: number
  humidity: number
  source: string
}[] = [
  {
    bytes: '655ac07eed007530',
    temperature: 25.08,
    pressure: 25767233 / 256,
    humidity: 54.997,
    source: 'BST-BMP280-DS001 3.12 (T, P); the int32 formula of BST-BME280-DS002 4.2.3 (H)'
  },
  {
    bytes: '6b6c007530007530',
    temperature: 12.57,
    pressure: 94534.23,
    humidity: 54.529,
    source: 'the int32 and int64 formulas of BST-BME280-DS002 4.2.3'
  },
  {
    bytes: '5cc60088b8004650',
    temperature: 37.63,
    pressure: 108790.75,
    humidity: 0,
    source: 'the int32 and int64 formulas of BST-BME280-DS002 4.2.3; clamped at 0'
  },
  {
    bytes: '655ac07eed00a410',
    temperature: 25.08,
    pressure: 25767233 / 256,
    humidity: 100,
    source: 'the int32 and int64 formulas of BST-BME280-DS002 4.2.3; clamped at 100'
  }
]

/**
 * Registers F7 to FE under a calibration whose humidity parameters all count, and what they mean to many
 * digits: BST-BME280-DS002 appendix 8.1 in exact fractions, t_fine not truncated.
 */
export const exact = {
  high: '6a01ff132903e2',
  humidity: [75, 362, 255, 313, 50, -30],
  measurements: [
    {
      bytes: '655ac07eed007530',
      temperature: 25.082477930817,
      pressure: 100653.26677583,
      humidity: 52.296824876129
    },
    {
      bytes: '5cc60088b8006650',
      temperature: 37.631868056953,
      pressure: 108790.79785756,
      humidity: 29.553696398888
    },
    {
      bytes: '6b6c007530008ca0',
      temperature: 12.566890239716,
      pressure: 94534.24994324,
      humidity: 87.751114966617
    }
  ]
}

const SKIPPED = 'BST-BME280-DS002, 5.4.7 to 5.4.9: 80000, 80000 and 8000 of 20, 20 and 16 bits'

/** Registers F7 to FE, and whether one of the three values looks as if it had not been measured. */
export const skipped: readonly { bytes: string; skipped: boolean; source: string }[] = [
  { bytes: '8000008000008000', skipped: true, source: SKIPPED },
  { bytes: '8000007eed007530', skipped: true, source: `${SKIPPED}: the pressure` },
  { bytes: '655ac08000007530', skipped: true, source: `${SKIPPED}: the temperature` },
  { bytes: '655ac07eed008000', skipped: true, source: `${SKIPPED}: the humidity` },
  {
    bytes: '80000f7eed007530',
    skipped: true,
    source: `${SKIPPED}: the lowest four bits are none of the value`
  },
  { bytes: '655ac07eed007530', skipped: false, source: SKIPPED },
  { bytes: '8000107eed007530', skipped: false, source: `${SKIPPED}: one step more` },
  { bytes: '8001007eed007530', skipped: false, source: `${SKIPPED}: 16 steps more` },
  { bytes: '8012307eed007530', skipped: false, source: `${SKIPPED}: some more` },
  { bytes: '655ac07eed008001', skipped: false, source: `${SKIPPED}: one step more` }
]
