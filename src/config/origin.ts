import { basename } from 'node:path'

/** Where a value was written. */
export type Origin =
  | { readonly kind: 'default' }
  | {
      readonly kind: 'file'
      readonly file: string
      /** From 1. */
      readonly line: number
      /** In characters, from 1. */
      readonly column: number
      /** A number as it was written, where that is not how it is shown: `007`. */
      readonly written?: string
    }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string }
  /** An object of a program. */
  | { readonly kind: 'object'; readonly name: string }

/** `default`, `kith.yaml:8:19`, `KITH_HISTORY_AGE`, `--set history.age`. */
export function formatOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default'
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`
    case 'environment':
    case 'flag':
    case 'object':
      return origin.name
  }
}

/** A value as it was written, with the origin of every part of it. */
export interface Written {
  readonly value: unknown
  /** By formatPath() of the path below the value; '' is the value itself. */
  readonly values: ReadonlyMap<string, Origin>
  /** Where the keys stand, by the same paths. */
  readonly keys: ReadonlyMap<string, Origin>
}

/** Short, for people who know the node: `kith.yaml:8`, `KITH_ACCESS`; undefined for a default. */
export function placeOf(origin: Origin): string | undefined {
  if (origin.kind === 'file') return `${basename(origin.file)}:${origin.line}`
  return origin.kind === 'default' ? undefined : origin.name
}
