/** Files of one channel with their contents, and what they mean in the unit of the quantity. */
export const values: readonly {
  channel: string
  files: Readonly<Record<string, string>>
  quantity: string
  value: number
  source: string
}[] = [
  {
    channel: 'temp',
    files: { in_temp_input: '23062\n' },
    quantity: 'temperature',
    value: 23.062,
    source: 'sysfs-bus-iio, in_tempX_input: milli degrees Celsius'
  },
  {
    channel: 'pressure',
    files: { in_pressure_input: '101.325000000\n' },
    quantity: 'pressure',
    value: 101_325,
    source: 'sysfs-bus-iio, in_pressureY_input: kilopascal'
  },
  {
    channel: 'humidityrelative',
    files: { in_humidityrelative_input: '48500\n' },
    quantity: 'humidity',
    value: 48.5,
    source: 'sysfs-bus-iio, in_humidityrelative_input: milli percent'
  },
  {
    channel: 'illuminance',
    files: { in_illuminance_raw: '120\n', in_illuminance_scale: '0.25\n' },
    quantity: 'illuminance',
    value: 30,
    source: 'sysfs-bus-iio, in_illuminance: lux after scale and offset'
  },
  {
    channel: 'concentration_co2',
    files: { in_concentration_co2_raw: '400\n', in_concentration_co2_scale: '0.0001\n' },
    quantity: 'co2',
    value: 400e-6,
    source: 'sysfs-bus-iio, in_concentration: percent; linux scd4x.c: 400 ppm is 0.04'
  },
  {
    channel: 'voltage0',
    files: { in_voltage0_raw: '1000\n', in_voltage_scale: '0.125\n' },
    quantity: 'voltage',
    value: 0.125,
    source: 'sysfs-bus-iio, in_voltageY_raw: millivolt after scale and offset, here one scale for all'
  },
  {
    channel: 'current1',
    files: { in_current1_raw: '-250\n', in_current1_scale: '0.5\n' },
    quantity: 'current',
    value: -0.125,
    source: 'sysfs-bus-iio, in_currentY_raw: milliampere after scale and offset'
  },
  {
    channel: 'power',
    files: { in_power_raw: '12\n', in_power_scale: '2\n' },
    quantity: 'power',
    value: 0.024,
    source: 'sysfs-bus-iio, in_powerY_raw: milliwatt after scale and offset'
  },
  {
    channel: 'temp_object',
    files: { in_temp_object_raw: '14907\n', in_temp_scale: '20\n', in_temp_offset: '-13657.5\n' },
    quantity: 'temperature',
    value: 24.99,
    source: 'linux drivers/iio/temperature/mlx90614.c: offset -13657.5 (273.15 K), scale 20'
  }
]
