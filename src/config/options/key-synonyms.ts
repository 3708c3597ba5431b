/** What other programs call an option, or a person does, by its name here: ESPHome, Home Assistant, data sheets. */
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['pin', ['line']],
  ['gpio', ['line']],
  ['platform', ['type']],
  ['device', ['type']],
  ['model', ['type']],
  ['update_interval', ['interval']],
  ['scan_interval', ['interval']],
  ['every', ['interval']],
  ['period', ['interval']],
  ['i2c_id', ['bus']],
  ['max', ['maxOn']],
  ['timeout', ['maxOn']],
  ['restore_mode', ['safe']],
  ['inverted', ['active']],
  ['hostname', ['name']],
  ['friendly_name', ['name']],
  ['tags', ['purposes']]
])

/** The known option of a place that another word means. */
export function keySynonym(key: string, known: readonly string[]): string | undefined {
  return NAMES.get(key.toLowerCase())?.find((name) => known.includes(name))
}
