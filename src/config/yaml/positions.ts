import { formatPath, type OptionPath } from '../option-path.ts'
import type { Origin, Written } from '../origin.ts'
import { MAX_DEPTH, MAX_VALUES } from './yaml-source.ts'

/** The text has something of YAML that only the whole reader knows, or a fault that only it explains. */
export class NotPlain extends Error {}

/** Where values and keys stand. */
export class Positions {
  readonly #values = new Map<string, Origin>()
  readonly #keys = new Map<string, Origin>()

  /** @throws NotPlain beyond the limits, which the whole reader explains */
  value(path: OptionPath, origin: Origin): void {
    if (path.length > MAX_DEPTH || this.#values.size >= MAX_VALUES) throw new NotPlain()
    this.#values.set(formatPath(path), origin)
  }

  key(path: OptionPath, origin: Origin): void {
    this.#keys.set(formatPath(path), origin)
  }

  of(value: unknown): Written {
    return { value, values: this.#values, keys: this.#keys }
  }
}
