import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { NodeConfig } from '../../config/schema.ts'
import { commandHint, describeError, isNodeError } from '../../error.ts'
import type { BookEntry } from '../../peer/book/book.ts'
import { bytes } from '../format-units.ts'
import { sanitize } from '../log/sanitize.ts'
import { bad, type Check, codeOf, type DoctorContext, type Finding, ok, warn } from './finding.ts'

/** Bytes. */
const MIN_SPACE = 100e6

export const checkHome: Check = async (context) => {
  const { home } = context
  const found = await stat(home).catch(codeOf)
  if (found === 'ENOENT')
    return [
      warn('home', `${home} does not exist`, 'kith init or kith run creates it'),
      ...(await checkDisk(await nearestFolder(home)))
    ]
  if (typeof found === 'string')
    return [bad('home', `${home}: ${found}`, 'run kith as the user who owns it, or choose another --home')]
  if (!found.isDirectory()) return [bad('home', `${home} is not a folder`, 'choose another --home')]
  return [
    await checkFolder(home, found.mode),
    ...(await checkAbove(home)),
    await checkKey(home),
    ...(await checkBook(context)),
    ...(await checkDisk(home))
  ]
}

async function checkFolder(home: string, mode: number): Promise<Finding> {
  const writable = await access(home, constants.W_OK | constants.X_OK).then(() => true, codeOf)
  if (writable === 'EROFS')
    return bad(
      'home',
      `${home} is on a read-only file system`,
      'readings are kept in memory only; mount it read-write, check the card'
    )
  if (writable !== true)
    return bad('home', `${home} cannot be written`, `chown it to the user that runs kith`)
  if ((mode & 0o077) !== 0) return warn('home', `${home} is open to others`, `chmod 700 ${home}`)
  return ok('home', home)
}

/** The folders above, as a node demands them. */
async function checkAbove(home: string): Promise<Finding[]> {
  const { exposuresOf } = await import('../home.ts')
  try {
    const exposures = await exposuresOf(resolve(home))
    return exposures.map(({ toAll, message, hint }) => (toAll ? bad : warn)('home', sanitize(message), hint))
  } catch (error) {
    return [wrong('home', error)]
  }
}

/** The key as a node reads it: mode, owner, content. */
async function checkKey(home: string): Promise<Finding> {
  const { peerOfHome } = await import('../home.ts')
  try {
    return ok('identity', await peerOfHome(home))
  } catch (error) {
    if (isNodeError(error, 'no-identity'))
      return warn('identity', 'no key yet', 'kith init or kith run creates it')
    return wrong('identity', error)
  }
}

async function checkBook({ home, config }: DoctorContext): Promise<Finding[]> {
  if (config === undefined) return []
  const { openBook } = await import('../peers/book-file.ts')
  try {
    const place = { home: undefined, readOnlyHome: home, config }
    const warnings: Finding[] = []
    const refused = (error: unknown): void => {
      warnings.push({ ...wrong('book', error), state: 'warn' })
    }
    const entries = (await openBook({ ...place, refused })).entries()
    const count = ok('book', `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`)
    return [...(warnings.length === 0 ? [count] : warnings), ...(await unmatchedWords(config, entries))]
  } catch (error) {
    return [wrong('book', error)]
  }
}

/** Words of the configuration that no entry of the book has, and rights in the book that give nothing. */
async function unmatchedWords(config: NodeConfig, entries: readonly BookEntry[]): Promise<Finding[]> {
  const policy = await import('../peers/store-policy.ts')
  const words = [
    ...policy.wordsWithoutEntry(config.store, entries).map(policy.unmatchedStore),
    ...policy.wordsWithoutEntry(config.deny, entries).map(policy.unmatchedDeny),
    ...policy.wordsWithoutEntry(policy.whoOf(config.access), entries).map(policy.unmatchedAccess),
    ...policy.idleRights(entries, config)
  ]
  return words.map(({ message, hint }) => warn('config', message, hint))
}

function wrong(about: string, error: unknown): Finding {
  if (!isNodeError(error)) return bad(about, describeError(error), 'check the disk')
  return bad(about, sanitize(error.message), commandHint(error) ?? 'check the disk')
}

async function checkDisk(folder: string): Promise<Finding[]> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${bytes(free)} free for ${folder}`
  if (free >= MIN_SPACE) return [ok('disk', text)]
  return [
    bad('disk', text, 'free some space or lower history.bytes; until then readings are kept in memory only')
  ]
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path)
  const there = await stat(parent).then(
    () => true,
    () => false
  )
  return there || parent === path ? parent : nearestFolder(parent)
}
