import type { Status } from '../api/operations.ts'
import { sanitize } from '../log/sanitize.ts'

/** `1 damaged file set aside, 2040 readings salvaged, at least 9 not: …`; files are named until they are removed. */
export function damageText(damage: NonNullable<Status['history']['damage']>): string {
  const { files, salvaged, unsalvaged, lost } = damage
  const parts = [
    files.length > 0 ? `${files.length} damaged ${files.length === 1 ? 'file' : 'files'} set aside` : '',
    salvaged > 0 ? `${salvaged} ${salvaged === 1 ? 'reading' : 'readings'} salvaged` : '',
    unsalvaged > 0 ? `at least ${unsalvaged} not` : '',
    lost > 0 ? `${lost} damaged ${lost === 1 ? 'block' : 'blocks'} lost` : ''
  ]
  const said = parts.filter((part) => part !== '').join(', ')
  return files.length === 0 ? said : `${said}: ${sanitize(files.join(', '))}`
}
