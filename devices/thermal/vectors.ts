/** What the file says, and what it means. */
export const temperatures: readonly { text: string; celsius: number; source: string }[] = [
  { text: '45277\n', celsius: 45.277, source: 'Raspberry Pi 4: vcgencmd measure_temp, 45.2' },
  { text: '101000\n', celsius: 101, source: 'linux sysfs-api.rst, unit: millidegree Celsius' },
  { text: '-5500\n', celsius: -5.5, source: 'linux sysfs-api.rst, unit: millidegree Celsius' },
  { text: '0\n', celsius: 0, source: 'linux sysfs-api.rst, unit: millidegree Celsius' }
]
