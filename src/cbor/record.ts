import type { CborValue } from './value.ts'
import { MAP } from './value.ts'
import { CborWriter, compareKeys, writeKey } from './write.ts'

/**
 * Maps of the same text keys that are written again and again: the keys are encoded, and put in the order
 * of the wire, once.
 */
export class CborRecord<Name extends string> {
  readonly #fields: readonly { readonly name: Name; readonly key: Uint8Array }[]

  /** @param names in any order */
  constructor(names: readonly Name[]) {
    this.#fields = names
      .map((name) => ({ name, key: writeKey(name) }))
      .sort((one, other) => compareKeys(one.key, other.key))
  }

  /**
   * Writes the fields that are there.
   * @returns memory of Node's pool, of its own length, that other buffers share: to be sent, not to be kept
   * @throws CborError for what the wire does not carry
   */
  write(values: { readonly [name in Name]: CborValue | undefined }): Buffer {
    writer.restart()
    let count = 0
    for (const { name } of this.#fields) if (values[name] !== undefined) count++
    writer.head(MAP, count)
    for (const { name, key } of this.#fields) {
      const value = values[name]
      if (value === undefined) continue
      writer.raw(key)
      writer.item(value)
    }
    return writer.exact()
  }
}

/** For all records: what one call wrote is copied out before the next. */
const writer = new CborWriter()
