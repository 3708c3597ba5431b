export interface Bh1750Vector {
  /** The result as it comes over the bus. */
  readonly bytes: string
  readonly mtreg: number
  readonly resolution: 'high' | 'high2'
  readonly lux: number
  readonly source: string
}

const FORMULA = 'BH1750FVI technical note rev. B: count / 1.2 * 69 / mtreg, half of it in H-resolution mode 2'

export const illuminances: readonly Bh1750Vector[] = [
  {
    bytes: '8390',
    mtreg: 69,
    resolution: 'high',
    lux: 28066.6667,
    source: 'the example of BH1750FVI technical note rev. B, "10000011 10010000": 28067 lx'
  },
  { bytes: '0000', mtreg: 69, resolution: 'high', lux: 0, source: FORMULA },
  { bytes: '0001', mtreg: 69, resolution: 'high', lux: 0.8333, source: FORMULA },
  { bytes: '0001', mtreg: 69, resolution: 'high2', lux: 0.4167, source: FORMULA },
  {
    bytes: '0001',
    mtreg: 254,
    resolution: 'high2',
    lux: 0.1132,
    source: 'BH1750FVI technical note rev. B, features: min. 0.11 lx'
  },
  { bytes: '8390', mtreg: 138, resolution: 'high', lux: 14033.3333, source: FORMULA },
  { bytes: 'fffe', mtreg: 31, resolution: 'high', lux: 121555, source: FORMULA },
  { bytes: 'fffe', mtreg: 254, resolution: 'high2', lux: 7417.7264, source: FORMULA }
]
