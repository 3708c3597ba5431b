import type { LogFields } from '../../log.ts'

/** Fields that say whom a line is about. */
const SUBJECTS = ['sensor', 'series', 'switch', 'peer', 'protocol', 'topic'] as const

/** Whom a line is about, by its fields; a subject within the message is part of the template. */
export function subjectOf(fields: LogFields = {}): string {
  return SUBJECTS.flatMap((name) => {
    const value = fields[name]
    return typeof value === 'string' ? [`${name}=${value}`] : []
  }).join(' ')
}

/** Words end at these; `-`, `/` and `_` belong to names: `i2c-1`, `/sensor/temp/v1`. */
const WORD = /[^\s,;:=()[\]{}"'<>]+/g
/** `-40`, `21.5`, `12ms`, `192.168.1.7`, `85%` */
const NUMBER = /^[+-]?\d[\d.]*(?:[a-zµ°]{0,3}|%)$/i
/** `0x3f`, `a1`, `ff`, `00ff1c`: bytes of a chip, a frame or a key. */
const BYTES = /^(?:0x[0-9a-f]+|(?:[0-9a-f]{2})+)$/i

/**
 * A message without its variable words: `air: crc of a1 b2 is 0x3f` and `air: crc of 07 3c is 0x11` have one
 * template. Names stay, so that each sensor has its own. Control characters and everything unprintable, such as a
 * chip's garbage, become one mark. It is a key and never shown.
 */
export function templateOf(message: string): string {
  return message
    .replace(/[^\x20-\x7e]+/g, '#')
    .replace(WORD, (word) => (NUMBER.test(word) || BYTES.test(word) ? '#' : word))
    .replace(/#(?:[\s,:]*#)+/g, '#')
}
