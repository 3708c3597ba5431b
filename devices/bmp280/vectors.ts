/** Registers 88 to 9F as they come over the bus, and what they mean. */
export const calibration = {
  bytes: '706b436718fc7d8e43d6d00b270b8c00f9ff8c3cf8c67017',
  temperature: [27504, 26435, -1000],
  pressure: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
  source: 'the example of BST-BMP280-DS001 3.12'
}

/** Registers F7 to FC under that calibration. */
export const measurements: readonly {
  bytes: string
  temperature: number
  pressure: number
  source: string
}[] = [
  {
    bytes: '655ac07eed00',
    temperature: 25.08,
    pressure: 25767233 / 256,
    source: 'the example of BST-BMP280-DS001 3.12 (519888 and 415148)'
  },
  {
    bytes: '6b6c00753000',
    temperature: 12.57,
    pressure: 94534.23,
    source: 'the int32 and int64 formulas of BST-BMP280-DS001 3.11.3'
  },
  {
    bytes: '5cc60088b800',
    temperature: 37.63,
    pressure: 108790.75,
    source: 'the int32 and int64 formulas of BST-BMP280-DS001 3.11.3'
  }
]

/** The same, to the last digit that doubles are good for. */
export const exact: typeof measurements = [
  {
    bytes: '655ac07eed00',
    temperature: 25.082477931,
    pressure: 100653.2667758,
    source: 'the formulas of BST-BMP280-DS001 8.1 in exact fractions'
  },
  {
    bytes: '9000004a3210',
    temperature: -43.118519709,
    pressure: 63688.4074306,
    source: 'the formulas of BST-BMP280-DS001 8.1 in exact fractions'
  },
  {
    bytes: '2fff30c01230',
    temperature: 107.876363685,
    pressure: 156710.3214768,
    source: 'the formulas of BST-BMP280-DS001 8.1 in exact fractions'
  }
]
