import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bad, type Check, codeOf, type Finding, ok, warn } from './doctor-finding.ts'
import { bytes } from './span.ts'

const KEY_FILE = 'identity.key'
const LEAST_SPACE = 100e6

export const checkHome: Check = async ({ home }) => {
  const found = await stat(home).catch(codeOf)
  if (found === 'ENOENT')
    return [
      warn('home', `${home} does not exist`, 'kith init makes it; kith run does so too'),
      ...(await checkDisk(await nearestFolder(home)))
    ]
  if (typeof found === 'string')
    return [bad('home', `${home}: ${found}`, 'run kith as the user who owns it, or choose another --home')]
  return [await checkFolder(home, found.mode), await checkKey(home), ...(await checkDisk(home))]
}

async function checkFolder(home: string, mode: number): Promise<Finding> {
  const writable = await access(home, constants.W_OK | constants.X_OK).then(() => true, codeOf)
  if (writable === 'EROFS')
    return bad(
      'home',
      `${home} is on a read-only disk`,
      'readings are kept in memory only; mount it rw, check the card'
    )
  if (writable !== true)
    return bad('home', `${home} cannot be written`, `chown it to the user of kith: ${home}`)
  if ((mode & 0o077) !== 0) return warn('home', `${home} is open to others`, `chmod 700 ${home}`)
  return ok('home', home)
}

async function checkKey(home: string): Promise<Finding> {
  const found = await stat(join(home, KEY_FILE)).catch(codeOf)
  if (found === 'ENOENT')
    return warn('identity', 'there is none yet', 'kith init makes it; kith run does so too')
  if (typeof found === 'string') return bad('identity', `${KEY_FILE}: ${found}`, 'restore it from a backup')
  if ((found.mode & 0o077) !== 0)
    return bad('identity', `others may read ${KEY_FILE}`, `chmod 600 ${join(home, KEY_FILE)}`)
  return ok('identity', `${KEY_FILE} is there, for its owner alone`)
}

async function checkDisk(folder: string): Promise<Finding[]> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${bytes(free)} free for ${folder}`
  if (free >= LEAST_SPACE) return [ok('disk', text)]
  return [bad('disk', text, 'make room, or lower history.bytes; until then readings are kept in memory only')]
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path)
  const there = await stat(parent).then(
    () => true,
    () => false
  )
  return there || parent === path ? parent : nearestFolder(parent)
}
