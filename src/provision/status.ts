import type { BootFile } from './boot-file.ts'
import { digestOf } from './boot-file.ts'
import type { Applied } from './node-home.ts'

/** What a start found on the boot partition. */
export interface Finding {
  /** Undefined where the node has no identity. */
  readonly peer: string | undefined
  readonly file: BootFile | undefined
  /** What is wrong, by lines; empty where nothing is. */
  readonly wrong: readonly string[]
  /** The edit in force. */
  readonly last: Applied | undefined
  /** Whether the node's configuration is another one than that of the edit in force. */
  readonly changedSince: boolean
}

/**
 * kith-status.txt: which edit is in force and since when, or what is wrong with which line. The same finding gives the
 * same text, so that a start without news writes nothing.
 */
export function statusText({ peer, file, wrong, last, changedSince }: Finding): string {
  const name = file?.name ?? 'kith.yaml'
  return [
    'Written by kith when the device starts. Changes of this file have no effect.',
    '',
    `PeerId: ${peer ?? 'none'}`,
    '',
    ...(wrong.length === 0 ? [] : [`NOT in force: ${name}${edit(file)}`, ...indented(wrong), '']),
    ...inForce(name, last),
    ...(changedSince ? SINCE : []),
    ''
  ].join('\n')
}

const SINCE = [
  '  The configuration was changed on the device since then, and that one is in force.',
  '  The next change of kith.yaml here replaces it.'
]

function inForce(name: string, last: Applied | undefined): string[] {
  if (last === undefined) return ['In force: no edit yet; everything has its default']
  return [`In force: ${name}, edit ${last.edit.slice(0, 8)}, since ${last.applied}`, ...indented(last.notes)]
}

function edit(file: BootFile | undefined): string {
  return file === undefined ? '' : `, edit ${digestOf(file.text).slice(0, 8)}`
}

function indented(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split('\n')).map((line) => `  ${line}`)
}
