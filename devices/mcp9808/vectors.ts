/** Temperature register, two bytes as they come over the bus with all limits at 0 °C, and what it means. */
export const temperatures: readonly { bytes: string; celsius: number; source: string }[] = [
  { bytes: 'c194', celsius: 25.25, source: 'c194 is 25.25 °C [hwmon jc42]; DS25095A 5.1.3' },
  { bytes: 'c190', celsius: 25, source: 'DS25095A 5.1.3, 1/16 °C a step' },
  { bytes: 'c001', celsius: 0.0625, source: 'DS25095A 5.1.3, 1/16 °C a step' },
  { bytes: '8000', celsius: 0, source: 'DS25095A 5.1.3: not below the critical limit' },
  { bytes: '3fff', celsius: -0.0625, source: 'DS25095A 5.1.3, below the lower limit' },
  { bytes: '3fc0', celsius: -4, source: '1fc0 is -4 °C [Microchip], below the lower limit' },
  { bytes: '3d80', celsius: -40, source: 'DS25095A 5.1.3, minimum' },
  { bytes: 'c7d0', celsius: 125, source: 'DS25095A 5.1.3, maximum' }
]
