/** An answer as it comes over the bus: temperature, CRC, humidity, CRC. */
export const measurements: readonly {
  bytes: string
  temperature: number
  humidity: number
  source: string
}[] = [
  {
    bytes: '6667a25eb93c',
    temperature: 25.0026703,
    humidity: 37.0016022,
    source: 'words and CRC of the SCD4x datasheet 3.5.2, which has the same formulas'
  },
  { bytes: '000081000081', temperature: -45, humidity: 0, source: 'SHT3x-DIS 4.13, lower end' },
  { bytes: 'ffffacffffac', temperature: 130, humidity: 100, source: 'SHT3x-DIS 4.13, upper end' },
  {
    bytes: 'beef9226661a',
    temperature: 85.523003,
    humidity: 14.9996185,
    source: 'CRC of beef: SHT3x-DIS 4.12; values: 4.13'
  }
]
