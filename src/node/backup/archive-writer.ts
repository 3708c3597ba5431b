import { createHash } from 'node:crypto'
import { NodeError } from '../../error.ts'
import { SUMS } from './format.ts'
import { BLOCK, paddingOf, type TarEntry, tarHeader } from './tar.ts'

/** Writes the files of a backup one after the other, and their checksums behind them. */
export class ArchiveWriter {
  readonly #write: (chunk: Uint8Array) => Promise<void>
  readonly #sums: string[] = []
  #bytes = 0

  /** @param write resolves when it needs the chunk no more */
  constructor(write: (chunk: Uint8Array) => Promise<void>) {
    this.#write = write
  }

  /** Bytes written. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * @param chunks the content
   * @throws NodeError 'not-stored'; 'changed' where the content has another size than the entry says
   */
  async add(entry: TarEntry, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    const hash = createHash('sha256')
    let left = entry.size
    await this.#put(tarHeader(entry))
    for await (const chunk of chunks) {
      left -= chunk.length
      if (left < 0) break
      hash.update(chunk)
      await this.#put(chunk)
    }
    if (left !== 0)
      throw new NodeError('changed', `${entry.name} changed while it was read`, {
        hint: 'try again',
        remedy: 'retry'
      })
    await this.#put(Buffer.alloc(paddingOf(entry.size)))
    this.#sums.push(`${hash.digest('hex')}  ${entry.name}\n`)
  }

  /** Adds a file whose content is at hand. @param mtime Unix seconds */
  async addText(name: string, text: string, mtime: number): Promise<void> {
    const content = Buffer.from(text)
    await this.add({ name, size: content.length, mode: 0o600, mtime }, [content])
  }

  /** Writes the checksums and the end. @param mtime Unix seconds */
  async end(mtime: number): Promise<void> {
    await this.addText(SUMS, this.#sums.join(''), mtime)
    await this.#put(Buffer.alloc(2 * BLOCK))
  }

  async #put(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0) return
    await this.#write(chunk)
    this.#bytes += chunk.length
  }
}
