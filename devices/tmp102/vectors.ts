/** Temperature register, two bytes as they come over the bus, and what it means. */
export const temperatures: readonly { bytes: string; celsius: number; source: string }[] = [
  { bytes: '7ff0', celsius: 127.9375, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '6400', celsius: 100, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '5000', celsius: 80, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '4b00', celsius: 75, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '3200', celsius: 50, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '1900', celsius: 25, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '0040', celsius: 0.25, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '0000', celsius: 0, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: 'ffc0', celsius: -0.25, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: 'e700', celsius: -25, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: 'c900', celsius: -55, source: 'SBOS397, 12-bit temperature data format' },
  { bytes: '4b01', celsius: 150, source: 'SBOS397, 13-bit temperature data format' },
  { bytes: '4001', celsius: 128, source: 'SBOS397, 13-bit temperature data format' },
  { bytes: '0c81', celsius: 25, source: 'SBOS397, 13-bit temperature data format' },
  { bytes: 'ffe1', celsius: -0.25, source: 'SBOS397, 13-bit temperature data format' },
  { bytes: 'e481', celsius: -55, source: 'SBOS397, 13-bit temperature data format' }
]
