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
    humidity: 40.2520027,
    source: 'words and CRC of the SCD4x datasheet 3.5.2; values by SHT4x 4.6'
  },
  { bytes: '000081000081', temperature: -45, humidity: -6, source: 'SHT4x 4.6, lower end' },
  { bytes: 'ffffacffffac', temperature: 130, humidity: 119, source: 'SHT4x 4.6, upper end' },
  {
    bytes: 'beef92e147a9',
    temperature: 85.523003,
    humidity: 104.0003815,
    source: 'SHT4x 4.6; the driver crops it'
  },
  {
    bytes: 'beef920c4ad3',
    temperature: 85.523003,
    humidity: 0.0006104,
    source: 'SHT4x 4.6; hardly above 0 %'
  },
  { bytes: '26661abeef92', temperature: -18.750668, humidity: 87.230716, source: 'SHT4x 4.6' }
]
