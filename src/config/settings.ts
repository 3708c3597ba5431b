import { formatPath, isWithin, type OptionPath } from './option-path.ts'
import type { Origin, Written } from './origin.ts'

type Tree = Record<string, unknown>

/** The merged layers before they are checked: values of later layers replace those of earlier ones. */
export class Settings {
  #tree: Tree = {}
  readonly #values = new Map<string, Origin>()
  readonly #keys = new Map<string, Origin>()

  get tree(): Readonly<Tree> {
    return this.#tree
  }

  /** Replaces everything by one configuration. @returns false if it is not a map */
  replace(written: Written): boolean {
    if (!canHold(written.value, '')) return false
    this.#tree = written.value as Tree
    this.#record(this.#values, [], written.values)
    this.#record(this.#keys, [], written.keys)
    return true
  }

  /**
   * Sets one value, creating the maps on its path.
   * @returns false where the path leads through a list that has no such item, or through a value
   *   that has no parts
   */
  put(path: OptionPath, written: Written): boolean {
    const parent = this.#parent(path)
    const last = path.at(-1)
    if (parent === undefined || last === undefined) return false
    define(parent, last, written.value)
    this.#record(this.#values, path, written.values)
    this.#record(this.#keys, path, written.keys)
    return true
  }

  /** Where the value at the path was written; undefined for a default. */
  originOf(path: OptionPath): Origin | undefined {
    return this.#values.get(formatPath(path))
  }

  /** The origin of a key or value, else of the nearest value that contains it. */
  place(path: OptionPath, part: 'key' | 'value'): Origin {
    const key = part === 'key' ? this.#keys.get(formatPath(path)) : undefined
    if (key !== undefined) return key
    for (let depth = path.length; depth > 0; depth--) {
      const origin = this.originOf(path.slice(0, depth))
      if (origin !== undefined) return origin
    }
    return { kind: 'default' }
  }

  #parent(path: OptionPath): object | undefined {
    let parent: unknown = this.#tree
    for (const [depth, step] of path.slice(0, -1).entries()) {
      if (!canHold(parent, step)) return undefined
      if (!Object.hasOwn(parent, step) && typeof path[depth + 1] === 'string') define(parent, step, {})
      parent = Object.hasOwn(parent, step) ? Reflect.get(parent, step) : undefined
    }
    const last = path.at(-1)
    return last !== undefined && canHold(parent, last) ? parent : undefined
  }

  #record(into: Map<string, Origin>, path: OptionPath, from: ReadonlyMap<string, Origin>): void {
    const prefix = formatPath(path)
    for (const known of into.keys()) if (isWithin(known, prefix)) into.delete(known)
    for (const [below, origin] of from) into.set(join(prefix, below), origin)
  }
}

function canHold(parent: unknown, step: string | number): parent is object {
  if (Array.isArray(parent)) return typeof step === 'number' && step < parent.length
  return typeof parent === 'object' && parent !== null && typeof step === 'string'
}

/** Defines an own property: an assignment to `__proto__` would set the prototype instead. */
function define(parent: object, key: string | number, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
}

function join(prefix: string, below: string): string {
  return prefix === '' || below === '' || below.startsWith('[') ? prefix + below : `${prefix}.${below}`
}
