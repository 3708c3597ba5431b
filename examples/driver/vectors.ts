const TABLE = 'DS21462D, table 4-4'

/** The temperature register, what it means, and a temperature at which it is so. */
export const temperatures: readonly { byte: number; celsius: number; actual: number; source: string }[] = [
  { byte: 0x7f, celsius: 127, actual: 130, source: TABLE },
  { byte: 0x7f, celsius: 127, actual: 127, source: TABLE },
  { byte: 0x7e, celsius: 126, actual: 126.5, source: TABLE },
  { byte: 0x19, celsius: 25, actual: 25.25, source: TABLE },
  { byte: 0x00, celsius: 0, actual: 0.5, source: TABLE },
  { byte: 0xff, celsius: -1, actual: -0.25, source: TABLE },
  { byte: 0xff, celsius: -1, actual: -1, source: TABLE },
  { byte: 0xe7, celsius: -25, actual: -25, source: TABLE },
  { byte: 0xe6, celsius: -26, actual: -25.25, source: TABLE },
  { byte: 0xc9, celsius: -55, actual: -54.75, source: TABLE },
  { byte: 0xbf, celsius: -65, actual: -65, source: TABLE }
]
