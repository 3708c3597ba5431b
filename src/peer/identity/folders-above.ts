import type { Stats } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'

/** Who else may put another folder in the home's place. */
export interface Exposure {
  /** Whether that is everybody: no home is opened there. */
  readonly toAll: boolean
  readonly message: string
  /** What cures it. */
  readonly hint: string
}

/** The owner of what belongs to nobody in a user namespace, as a container without root has (user_namespaces(7)). */
const UNMAPPED = 65534

/**
 * The folders above a home in which another user may rename it, as sshd's StrictModes looks for them; also those of a
 * link to it. In a folder with the sticky bit, as /tmp, only the owners of the entry and of the folder may (inode(7)).
 * @param folder an absolute path of a folder that exists
 */
export async function exposuresOf(folder: string): Promise<Exposure[]> {
  const self = process.geteuid?.()
  if (self === undefined) return []
  const paths = new Set([...foldersAbove(folder), ...foldersAbove(await realpath(folder))])
  const found: Exposure[] = []
  for (const above of paths) {
    const exposure = await exposureBy(above, await stat(above), folder, self)
    if (exposure !== undefined) found.push(exposure)
  }
  return found
}

function foldersAbove(path: string): string[] {
  const above = dirname(path)
  return above === path ? [] : [above, ...foldersAbove(above)]
}

async function exposureBy(
  above: string,
  { mode, uid, gid }: Stats,
  folder: string,
  self: number
): Promise<Exposure | undefined> {
  const isSticky = (mode & 0o1000) !== 0
  const replaced = `others may replace ${folder}`
  if ((mode & 0o002) !== 0 && !isSticky)
    return {
      toAll: true,
      message: `${replaced}: everybody may write in ${above}`,
      hint: `chmod o-w ${above}`
    }
  if (uid !== self && uid !== 0 && uid !== UNMAPPED)
    return {
      toAll: false,
      message: `${replaced}: ${above} belongs to user ${uid}`,
      hint: `move the home, or chown root ${above}`
    }
  if ((mode & 0o020) !== 0 && !isSticky && !(await isOwnGroup(gid)))
    return {
      toAll: false,
      message: `${replaced}: group ${gid} may write in ${above}`,
      hint: `chmod g-w ${above}`
    }
  return undefined
}

/** undefined for a user that the system has no entry of, as in a container. */
function ownName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

/** Whether nobody else is in the group: that of root, or the one that many systems give each user, of the same name. */
async function isOwnGroup(gid: number): Promise<boolean> {
  if (gid === 0) return true
  const groups = await readFile('/etc/group', 'utf8').catch(() => '')
  const username = ownName()
  for (const line of groups.split('\n')) {
    // group(5): name, password, number, members
    const [name, , id, members = ''] = line.split(':')
    if (Number(id) !== gid) continue
    return name === username && members.split(',').every((member) => member === '' || member === username)
  }
  return false
}
