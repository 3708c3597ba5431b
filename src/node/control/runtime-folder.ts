import { lstat, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What systemd makes for the service of this machine (deploy/systemd): kith's own, and open to the group `kith`. */
export const SERVICE_FOLDER = '/run/kith'

/**
 * Folders outside the home that its control socket may be in, where the home cannot be written: a read-only file
 * system, a full disk. Each is named by the device and inode of the home, so that server and client find the same
 * one by whatever path they know the home. They do not depend on the environment: a service and a shell differ there.
 * @throws the system's error where there is no home
 */
export async function runtimeFolders(home: string): Promise<string[]> {
  if (process.platform === 'win32') return []
  const { dev, ino, uid } = await stat(home)
  // systemd makes /run/user/UID for users who are logged in.
  return [SERVICE_FOLDER, `/run/user/${uid}`, '/tmp'].map((parent) => join(parent, `kith-${dev}-${ino}`))
}

/**
 * Makes such a folder for its owner alone; an existing one must be that.
 * @returns false where it cannot be made, or belongs to another user
 */
export async function makeRuntimeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 })
    return true
  } catch {
    return await isPrivateFolder(folder, process.geteuid?.())
  }
}

/**
 * Whether a folder of a user admits its group and nobody else changes what is in it.
 * @param owner of whom it must be
 */
export async function isGroupFolder(folder: string, owner: number | undefined): Promise<boolean> {
  try {
    const found = await lstat(folder)
    return (
      found.isDirectory() && found.uid === owner && (found.mode & 0o010) !== 0 && (found.mode & 0o022) === 0
    )
  } catch {
    return false
  }
}

/** Whether a folder is a user's alone: in /tmp anybody may make one of that name first. */
export async function isPrivateFolder(folder: string, owner: number | undefined): Promise<boolean> {
  try {
    const found = await lstat(folder)
    return found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0
  } catch {
    return false
  }
}
