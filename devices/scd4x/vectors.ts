/** Data as they come over the bus: CO2, temperature, humidity, each with its CRC. */
export const measurements: readonly {
  bytes: string
  ppm: number
  temperature: number
  humidity: number
  source: string
}[] = [
  {
    bytes: '01f4336667a25eb93c',
    ppm: 500,
    temperature: 25.0026703,
    humidity: 37.0016022,
    source: 'SCD4x datasheet, example of read_measurement'
  },
  { bytes: '0001b0000081000081', ppm: 1, temperature: -45, humidity: 0, source: 'the formulas, lower end' },
  {
    bytes: '9c4045ffffacffffac',
    ppm: 40_000,
    temperature: 130,
    humidity: 100,
    source: 'the formulas, upper end'
  }
]

/** Words as they are sent, with command and CRC. */
export const settings: readonly { option: string; value: number | boolean; bytes: string; source: string }[] =
  [
    { option: 'temperature_offset', value: 5.4, bytes: '241d07e648', source: 'SCD4x datasheet, example' },
    { option: 'altitude', value: 1950, bytes: '2427079e09', source: 'SCD4x datasheet, example' },
    {
      option: 'ambient_pressure',
      value: 987,
      bytes: 'e00003db42',
      source: 'SCD4x datasheet, example of 98700 Pa'
    },
    { option: 'self_calibration', value: true, bytes: '24160001b0', source: 'SCD4x datasheet, example' },
    {
      option: 'self_calibration',
      value: false,
      bytes: '2416000081',
      source: 'SCD4x datasheet, set_automatic_self_calibration'
    }
  ]
