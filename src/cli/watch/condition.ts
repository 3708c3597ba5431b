import { NodeError } from '../../error.ts'
import type { SeriesView } from '../../node/api/operations.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { seriesName, shownNumber, shownValue } from '../views/series-cells.ts'

type Comparison = (value: number, bound: number) => boolean

const comparisons: Readonly<Record<string, Comparison>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '==': (value, bound) => value === bound
}

const FORM = /^\s*([^<>=!]+?)\s*(<=|>=|==|<|>)\s*([^<>=!\s][^<>=!]*?)\s*$/
const NUMBER = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\D.*)?$/i

/** SI prefixes (SI brochure, table 7) that quantities of sensors are given with. */
const PREFIXES: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['c', 1e-2],
  ['h', 1e2],
  ['k', 1e3],
  ['M', 1e6]
])

/**
 * What `kith watch --until` waits for: `air > 25`, `hall/air/pressure <= 990 hPa`, `door == open`. A number is compared
 * with the value as it is shown, or in the unit that is given.
 */
export class Condition {
  readonly text: string
  readonly #name: string
  readonly #operator: string
  readonly #bound: string

  /** @throws NodeError 'usage' */
  constructor(text: string) {
    const [, name, operator, bound] = FORM.exec(text) ?? []
    if (name === undefined || operator === undefined || bound === undefined)
      throw usage(
        `${sanitize(text, 80)} is not a condition`,
        "a series, < <= > >= or ==, and a value: 'air > 25'"
      )
    this.text = `${name} ${operator} ${bound}`
    this.#name = name
    this.#operator = operator
    this.#bound = bound
    if (operator !== '==' && !NUMBER.test(bound))
      throw usage(
        `${sanitize(bound, 40)} is not a number`,
        `words are compared with ==: '${name} == ${bound}'`
      )
  }

  /** Whether it is about this series: by device, quantity or both, with or without the author. */
  isAbout({ who, peer, series, device, quantity, channel }: SeriesView): boolean {
    const names = [series, device, quantity, ...(channel === undefined ? [] : [`${quantity}.${channel}`])]
    return names.some((name) => [name, `${who}/${name}`, `${peer}/${name}`].includes(this.#name))
  }

  /**
   * Whether a reading of the series meets it. Faults and stale values do not.
   * @throws NodeError 'usage' if the value cannot be compared with the bound
   */
  isMetBy(view: SeriesView): boolean {
    if (view.state !== 'value') return false
    if (typeof view.value === 'boolean') return this.#isWord(view, view.value)
    const [, number, unit] = NUMBER.exec(this.#bound) ?? []
    const example = `'${this.#name} ${this.#operator} ${shownValue(view)}'`
    if (number === undefined)
      throw usage(`${seriesName(view)} is a number, and ${sanitize(this.#bound, 40)} is not`, example)
    const sides = inUnit(view, Number(number), unit)
    if (sides === undefined)
      throw usage(`${seriesName(view)} cannot be compared in ${sanitize(unit ?? '', 20)}`, example)
    return comparisons[this.#operator]?.(...sides) ?? false
  }

  #isWord(view: SeriesView, value: boolean): boolean {
    const shown = shownValue(view)
    const bound = this.#bound.toLowerCase()
    const words = [[shown.toLowerCase(), String(value)], OPPOSITES.get(shown) ?? [], ['true', 'false']].flat()
    if (this.#operator !== '==' || !words.includes(bound))
      throw usage(
        `${seriesName(view)} is a word, now ${shown}`,
        `compare it with ==: '${this.#name} == ${shown}'`
      )
    return bound === shown.toLowerCase() || bound === String(value)
  }
}

/** The other word of what is shown for yes and no. */
const OPPOSITES: ReadonlyMap<string, readonly string[]> = new Map([
  ['open', ['closed']],
  ['closed', ['open']],
  ['yes', ['no']],
  ['no', ['yes']]
])

/** The value and the bound in one unit: as shown, as on the wire, with an SI prefix, or °F for °C. */
function inUnit(
  view: SeriesView,
  bound: number,
  unit: string | undefined
): [value: number, bound: number] | undefined {
  const shown = shownNumber(view)
  const exact = view.value
  if (shown === undefined || typeof exact !== 'number') return undefined
  const shownUnit = plainUnit(/^\S+ (.*)$/.exec(view.shown ?? '')?.[1] ?? '')
  if (unit === undefined) return [shown, bound]
  const given = plainUnit(unit)
  if (given === shownUnit) return [shown, bound]
  const wire = plainUnit(view.unit ?? '')
  if (wire === '') return undefined
  if (given === wire) return [exact, bound]
  if (wire === 'Cel') return given === 'F' ? [exact, ((bound - 32) * 5) / 9] : undefined
  for (const [base, value] of [
    [wire, exact],
    [shownUnit, shown]
  ] as const) {
    const prefix = PREFIXES.get(given.slice(0, 1))
    if (prefix !== undefined && base !== '' && given.slice(1) === base) return [value, bound * prefix]
  }
  return undefined
}

/** `C` for `°C`, `um` for `µm`. */
function plainUnit(unit: string): string {
  return unit.replace('°', '').replace(/[µμ]/, 'u').replace('²', '2').replace('³', '3').trim()
}

function usage(message: string, hint: string): NodeError {
  return new NodeError('usage', `kith watch --until: ${message}`, { hint })
}
