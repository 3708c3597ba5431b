/** Data as they come over the bus: status, humidity, temperature, CRC (which the aht10 has not). */
export const measurements: readonly {
  bytes: string
  temperature: number
  humidity: number
  source: string
}[] = [
  { bytes: '1c8000080000b9', temperature: 50, humidity: 50, source: 'the formulas of AHT20 6.1 and 6.2' },
  { bytes: '1c000000000058', temperature: -50, humidity: 0, source: 'the formulas, lower end' },
  { bytes: '1c4ccccd5555ba', temperature: 116.66660309, humidity: 29.99992371, source: 'the formulas' },
  { bytes: '1c0000066666ef', temperature: 29.99992371, humidity: 0, source: 'the formulas' },
  { bytes: '1c0000100000fc', temperature: -50, humidity: 0.0000953674, source: 'the formulas, one step' },
  { bytes: '1c00001fffff60', temperature: 149.99980927, humidity: 0.0000953674, source: 'the formulas' },
  {
    bytes: '1cffffffffff7a',
    temperature: 149.99980927,
    humidity: 99.99990463,
    source: 'the formulas, upper end'
  }
]
