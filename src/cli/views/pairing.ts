import type { PairStep } from '../../node/api/access/pairing-views.ts'
import { formatDuration } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'

type Opened = Extract<PairStep, { code: string }>

/** A code that is open. @param self how this node is called @param now Unix seconds */
export function openedLines(step: Opened, self: string, now: number, ansi: AnsiStyle): string[] {
  const time = formatDuration(Math.round(step.until - now))
  const grants = step.may.length === 0 ? 'puts each into the other’s book' : `${grantedText(step.may)}`
  return [
    '',
    `      ${ansi(step.code, 'bold')}`,
    '',
    `This code serves once, within ${time}, and ${grants}. On the other machine:`,
    `      ${ansi(`kith pair ${sanitize(self, 64)} ${step.code}`, 'bold')}`,
    'Ctrl-C closes it.'
  ]
}

/** What became of it; nothing where it is closed after it was used. */
export function stepLine(step: Exclude<PairStep, Opened>): string[] {
  if ('paired' in step) return [`${sanitize(step.paired.name, 64)} is paired, ${step.paired.peer}`]
  if ('tried' in step) {
    const left = `${step.left} ${step.left === 1 ? 'try' : 'tries'} left`
    return [`a try that failed, from ${whoText(step.tried)}: ${left}`]
  }
  if ('failed' in step) return [`${whoText(step.failed)} is not paired: ${sanitize(step.failed.why)}`]
  return closings[step.closed]
}

/** The PeerId first: the name may be one that it claims. */
function whoText({ peer, who }: { peer: string; who: string }): string {
  return `${peer} (${sanitize(who, 64)})`
}

const closings: Readonly<Record<'used' | 'expired' | 'tries' | 'withdrawn', string[]>> = {
  used: [],
  expired: ['the code has expired; kith pair shows another'],
  tries: ['the code is closed after too many wrong tries; kith pair shows another'],
  withdrawn: ['the code is closed; kith pair shows another']
}

function grantedText(may: readonly string[]): string {
  if (may.includes('own')) return 'makes that machine an owner of this node: it may do everything here'
  return `grants ${grantsText(may)} here as well`
}

/** `own`, `operate:heater and read:air` */
export function grantsText(may: readonly string[]): string {
  return may.map((grant) => sanitize(grant, 96)).join(' and ')
}

/** The part of a node's start that says how to become its owner. @param kith how the command is called */
export function unownedLines({ code, until }: Opened, self: string, now: number, kith: string): string[] {
  const time = formatDuration(Math.round(until - now))
  return [
    `Nobody owns this node yet. On the machine that shall own it, within ${time}:`,
    `${kith} pair ${sanitize(self, 64)} ${code}`
  ]
}
