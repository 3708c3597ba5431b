import { checkNeeds as checkPi } from '../pi/needs.ts'
import { checkPrograms } from '../support/process/needs.ts'

/** @throws Lacking with one sentence: what is missing, and how to get it */
export async function checkNeeds(): Promise<void> {
  await checkPi()
  checkTools()
  checkPrograms({
    'fsck.fat': 'dosfstools',
    e2fsck: 'e2fsprogs',
    ssh: 'openssh-client',
    'ssh-keygen': 'openssh-client'
  })
}

/** What the boot partition and the manifest are read with. @throws Lacking */
export function checkTools(): void {
  checkPrograms({ mtype: 'mtools', fdtget: 'device-tree-compiler', xz: 'xz-utils' })
}
