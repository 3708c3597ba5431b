import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { formatProblems } from '../config/config-error.ts'
import { commandHint, describeError, isNodeError } from '../error.ts'
import { removeUnfinished, writeAtomic } from '../write-atomic.ts'
import { type BootFile, digestOf, readBootFile, replaceErasing } from './boot-file.ts'
import { checkEdit, type Devices, type Edit } from './check.ts'
import type { Machine } from './machine.ts'
import type { Applied, NodeHome } from './node-home.ts'
import { type Finding, statusText } from './status.ts'

const STATUS = 'kith-status.txt'

export interface Provisioning {
  /** The folder of the boot partition. */
  readonly boot: string
  readonly home: NodeHome
  readonly machine: Machine
  readonly devices: Devices
  readonly clock: Clock
  /** Does what writes to the boot partition; it may have to be made writable for that. */
  readonly writable: (work: () => Promise<void>) => Promise<void>
}

export interface Provisioned {
  /** `applied`: a changed file is in force now; `unchanged`: as before; `refused`: something is wrong. */
  readonly outcome: 'applied' | 'unchanged' | 'refused'
  /** What kith-status.txt says. */
  readonly status: string
}

/**
 * Applies kith.yaml of the boot partition if it is another one than that which was applied last, and writes
 * kith-status.txt beside it. What is wrong is said there; the configuration that was in force stays in force.
 * A power cut at any moment leaves the old state or one that the next start completes.
 * @throws NodeError 'unwritten' where the boot partition cannot be written
 */
export async function provision(request: Provisioning): Promise<Provisioned> {
  const { boot, home } = request
  const before = await home.applied()
  let peer: string | undefined
  let file: BootFile | undefined
  let last = before
  const wrong: string[] = []
  try {
    peer = await home.peer()
    file = await readBootFile(boot)
    if (file !== undefined && digestOf(file.text) !== before?.edit)
      last = await applied(request, { file, peer, last: before })
  } catch (error) {
    wrong.push(describeWrong(error))
  }
  const changedSince = last !== undefined && last === before && !(await home.isAsApplied(last))
  const status = statusText({ peer, file, wrong, last, changedSince } satisfies Finding)
  await saveStatus(request, status)
  return { outcome: wrong.length > 0 ? 'refused' : last === before ? 'unchanged' : 'applied', status }
}

interface Change {
  readonly file: BootFile
  readonly peer: string
  readonly last: Applied | undefined
}

/** The state is written last: until then the next start does all of it again. */
async function applied(request: Provisioning, { file, peer, last }: Change): Promise<Applied> {
  const { home, machine, writable } = request
  const edit = await checkEdit(file, request.devices, (ssid) => machine.knows(ssid))
  const { config, text } = edit
  const owner = config.owner === '' ? undefined : await home.ownedBy(config.owner, peer, config.limits.book)
  await machine.apply(config, edit.name)
  const replaced = await home.configure(text, last)
  if (text !== file.text) await writable(() => replaceErasing(file, text))
  const state = {
    edit: digestOf(text),
    applied: await timeOf(request),
    notes: notesOf(edit, { file, owner, replaced })
  }
  await home.remember(state)
  return state
}

function notesOf(
  { config, text, warnings }: Edit,
  { file, owner, replaced }: { file: BootFile; owner: string | undefined; replaced: string | undefined }
): string[] {
  const { wifi, ssh } = config
  const notes: string[] = []
  if (wifi.ssid !== '')
    notes.push(
      `Wi-Fi: ${wifi.ssid}${wifi.open ? '' : '; the device has the password, and the file does not'}`
    )
  if (wifi.password !== '' && text.includes(wifi.password))
    notes.push(`Attention: the text of the password is in another place of ${file.name} as well`)
  notes.push(
    `ssh: ${ssh.keys.length === 0 ? 'off, as no key is given' : `${ssh.keys.length} key(s), for root`}`
  )
  if (owner !== undefined) notes.push(`Owner: in the address book as ${owner}`)
  if (replaced !== undefined)
    notes.push(`Replaced: the configuration that was made on the device; it is in ${replaced}`)
  if (warnings.length > 0) notes.push(formatProblems(warnings))
  return notes
}

async function timeOf({ clock, machine }: Provisioning): Promise<string> {
  const time = `${new Date(clock.now()).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return (await machine.clockIsSet()) ? time : `${time} (the clock was not set yet)`
}

async function saveStatus({ boot, writable }: Provisioning, status: string): Promise<void> {
  const path = join(boot, STATUS)
  if ((await readFile(path, 'utf8').catch(() => undefined)) === status) return
  await writable(async () => {
    await removeUnfinished(boot)
    await writeAtomic(path, status)
  })
}

function describeWrong(error: unknown): string {
  if (!isNodeError(error)) return describeError(error)
  const hint = commandHint(error)
  return hint === undefined ? error.message : `${error.message}\n${hint}`
}
