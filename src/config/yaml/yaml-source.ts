import type { ConfigProblem } from '../config-error.ts'
import type { Origin, Written } from '../origin.ts'

/** A commented configuration with 64 sensors has about 20 KiB. */
export const MAX_CHARACTERS = 256 * 1024
/** Maps and lists within each other. */
export const MAX_DEPTH = 16
/** Values in total, each use of an alias counted: bounds chains of aliases. */
export const MAX_VALUES = 20_000

export interface YamlSource {
  readonly written: Written
  readonly problems: readonly ConfigProblem[]
}

/** The origin of a line and column, both from 1. */
export type Place = (line: number, column: number) => Origin

/** Reads values from YAML text, and where each stands. */
export interface YamlReader {
  /** Text of a file. */
  file(text: string, file: string): YamlSource
  /** One value, as it would stand in the file behind its colon. */
  value(text: string, origin: Origin): YamlSource
}

/** A reader of any text. */
export function yamlReader(read: (text: string, place: Place) => YamlSource): YamlReader {
  return {
    file: (text, file) => read(text, (line, column) => ({ kind: 'file', file, line, column })),
    value: (text, origin) => read(text, () => origin)
  }
}

/** For messages, a number keeps its digits: 007 and 0x48 are 7 and 72 as values. */
export function withDigits(origin: Origin, value: number, written: string): Origin {
  return origin.kind !== 'file' || written === String(value) ? origin : { ...origin, written }
}
