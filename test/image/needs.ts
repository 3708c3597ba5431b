import { checkNeeds as checkPi, checkPrograms } from '../pi/needs.ts'

/** @throws Lacking with one sentence: what is missing, and how to get it */
export async function checkNeeds(): Promise<void> {
  await checkPi()
  checkPrograms({
    mtype: 'mtools',
    'fsck.fat': 'dosfstools',
    e2fsck: 'e2fsprogs',
    ssh: 'openssh-client',
    'ssh-keygen': 'openssh-client'
  })
}
