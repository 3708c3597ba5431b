/** Labels of the chips behind the header of Raspberry Pi 0 to 3, 4 and 5, where line GPIOn has the offset n. */
export const HEADERS: readonly string[] = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']

/** The parts of `chip:offset` or `GPIO17`. */
export function parseLine(line: string): { readonly chip?: string; readonly offset?: number } {
  const [, chip, offset] = /^(?:GPIO|([\w.@-]+):)(\d{1,4})$/.exec(line) ?? []
  if (offset === undefined) return {}
  return chip === undefined ? { offset: Number(offset) } : { chip, offset: Number(offset) }
}
