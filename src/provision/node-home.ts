import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { isNodeError } from '../error.ts'
import { initHome, peerOfHome } from '../node/home.ts'
import { putOwner } from '../node/pairing/owner-entry.ts'
import { bookFile } from '../node/peers/book-file.ts'
import { AddressBook } from '../peer/book/book.ts'
import { writeAtomic } from '../write-atomic.ts'
import { digestOf } from './boot-file.ts'

const CONFIG = 'kith.yaml'
const REPLACED = 'kith.yaml.replaced'
const STATE = 'provision.json'

const stateSchema = v.object({
  /** Digest of the boot partition's file after it was applied, without its password; the home's kith.yaml is the same. */
  edit: v.string(),
  /** When, for people. */
  applied: v.string(),
  /** What was done, for people. */
  notes: v.array(v.string())
})

/** What was applied last. */
export type Applied = v.InferOutput<typeof stateSchema>

/** The home of the node that is provisioned. All is done as the user to whom the home belongs. */
export class NodeHome {
  readonly #home: string

  constructor(home: string) {
    this.#home = home
  }

  /** The PeerId; a new home gets its identity. @throws NodeError of peerOfHome() and initHome() */
  async peer(): Promise<string> {
    return this.#asOwner(async () => {
      try {
        return await peerOfHome(this.#home)
      } catch (error) {
        if (!isNodeError(error, 'no-identity') && !isNodeError(error, 'no-home')) throw error
        return (await initHome(this.#home, {})).peer
      }
    })
  }

  /** Undefined where nothing was applied, or it is not known what. */
  async applied(): Promise<Applied | undefined> {
    const text = await this.#read(STATE)
    try {
      return v.parse(stateSchema, JSON.parse(text ?? ''))
    } catch {
      return undefined
    }
  }

  /**
   * Makes a text the configuration. One that somebody else wrote meanwhile is kept beside it.
   * @returns the path of that one
   */
  async configure(text: string, last: Applied | undefined): Promise<string | undefined> {
    const present = await this.#read(CONFIG)
    const foreign = present !== undefined && present !== text && digestOf(present) !== last?.edit
    return this.#asOwner(async () => {
      if (foreign) await writeAtomic(join(this.#home, REPLACED), present)
      await writeAtomic(join(this.#home, CONFIG), text)
      return foreign ? join(this.#home, REPLACED) : undefined
    })
  }

  /** Whether its configuration is that of the last edit. */
  async isAsApplied({ edit }: Applied): Promise<boolean> {
    return digestOf((await this.#read(CONFIG)) ?? '') === edit
  }

  async remember(applied: Applied): Promise<void> {
    await this.#asOwner(() => writeAtomic(join(this.#home, STATE), `${JSON.stringify(applied, null, 2)}\n`))
  }

  /**
   * Puts a PeerId or an invite into the book; an owner of before is removed from it.
   * @returns the name that it has there
   * @throws NodeError 'bad-invite', 'bad-book', 'already-named'
   */
  async ownedBy(who: string, self: string, capacity: number): Promise<string> {
    return this.#asOwner(async () => {
      const file = bookFile(join(this.#home, 'book.yaml'))
      const version = await file.version()
      const book = new AddressBook(await file.read(), { file, version, capacity })
      return (await putOwner(book, who, self)).name
    })
  }

  #read(name: string): Promise<string | undefined> {
    return readFile(join(this.#home, name), 'utf8').catch(() => undefined)
  }

  /**
   * A folder of another user is that user's: root writes there as he, so that the files are his and no link of his
   * leads elsewhere. The calls change all threads of the process [nptl(7)].
   */
  async #asOwner<T>(work: () => Promise<T>): Promise<T> {
    const found = await stat(this.#home).catch(() => undefined)
    if (found === undefined || found.uid === 0 || process.geteuid?.() !== 0) return await work()
    process.setegid?.(found.gid)
    process.seteuid?.(found.uid)
    try {
      return await work()
    } finally {
      process.seteuid?.(0)
      process.setegid?.(0)
    }
  }
}
