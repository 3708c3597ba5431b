import type { Fault } from '../reading.ts'
import { MAX_FAULT_TEXT } from '../signed/senml.ts'

const CODE = /^[a-z][a-z0-9-]{0,31}$/

/** An error as a series tells it: its code where it has one of that form, its message on one line. */
export function faultOf(error: unknown): Fault {
  const told = error instanceof Error && 'code' in error ? String(error.code) : ''
  const code = told.toLowerCase().replaceAll('_', '-')
  const message = error instanceof Error ? error.message || error.name : String(error)
  const line = message.replace(/\p{Cc}+/gu, ' ').trim()
  return {
    code: CODE.test(code) ? code : 'error',
    text: [...(line === '' ? 'no reason given' : line)].slice(0, MAX_FAULT_TEXT).join('')
  }
}
