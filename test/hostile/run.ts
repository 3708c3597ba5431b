// Attacks a real node with hostile peers, in network namespaces, and prints what each of them does to it.
//
//     npm run test:hostile                       every attack; skips, with the reason, where it cannot be run
//     npm run test:hostile -- mdns authors       these
//     npm run test:hostile -- --required         fails where it cannot be run
//     npm run test:hostile -- --seconds 5        of each attack; 15 unless given
import { parseArgs } from 'node:util'
import { table } from '../../bench/frame/statistics.ts'
import { defaultsOf } from '../../src/limits.ts'
import { dialingLimits } from '../../src/peer/dialing/limits.ts'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { attacks } from './attacks/index.ts'
import { type Findings, Trial } from './trial.ts'

const MEBIBYTE = 1024 * 1024
/** Bytes by which an attack may raise the memory of the node. */
const MAX_GROWTH = 100 * MEBIBYTE
/** Addresses of strangers that the node dials in a minute, and as many at once at first. */
const { dialsPerMinute } = defaultsOf(dialingLimits)
/** Part of the questions of a peer of the book that may stay without an answer: this machine may be busy itself. */
const MAX_UNANSWERED = 0.1
/** Seconds of a trial besides the attack. */
const TIME_BESIDE = 15
/** Seconds of the attacks that send a number of messages at a rate. */
const LONG: Readonly<Record<string, number>> = {
  catalogues: 30,
  authors: 50,
  names: 40,
  mdns: 60,
  'short-lived': 60
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { required: { type: 'boolean', default: false }, seconds: { type: 'string' } }
})
const reason = whyNoNamespaces()
if (reason !== false) {
  console.log(`skipped: ${reason}`)
  process.exit(values.required ? 1 : 0)
}
const unknown = positionals.filter((name) => attacks.every((attack) => attack.name !== name))
if (unknown.length > 0) {
  console.log(
    `there is no attack ${unknown.join(', ')}; there are ${attacks.map(({ name }) => name).join(', ')}`
  )
  process.exit(2)
}

const trial = new Trial()
const faults: string[] = []
const rows = [
  [
    '',
    'RSS MB',
    'highest',
    'after',
    'longest stop ms',
    'dials',
    'disk KB',
    'friend',
    'slowest ms',
    'newcomer ms',
    ''
  ]
]
try {
  for (const attack of attacks) {
    if (positionals.length > 0 && !positionals.includes(attack.name)) continue
    const seconds = Number(values.seconds ?? LONG[attack.name] ?? 15)
    const findings = await trial.run(attack, seconds)
    faults.push(...faultsOf(findings, seconds).map((fault) => `${attack.name}: ${fault}`))
    const row = rowOf(attack.name, findings)
    rows.push(row)
    console.log(row.join('  '))
  }
} finally {
  trial.end()
}
console.log(`\n${table(rows)}`)
for (const fault of faults) console.log(`FAULT ${fault}`)
process.exit(faults.length === 0 ? 0 : 1)

/** The bounds that hold for each attack. */
function faultsOf(findings: Findings, seconds: number): string[] {
  const { before, highest, dials, friend, newcomer, isNamed, survived } = findings
  if (!survived) return ['the node ended']
  const maxDials = dialsPerMinute * (1 + (seconds + TIME_BESIDE) / 60)
  const grown = highest - before
  return [
    ...(grown > MAX_GROWTH ? [`the memory grew by ${mega(grown)} MB`] : []),
    ...(dials > maxDials ? [`${dials} connections to an address that it only heard of`] : []),
    ...(friend.answers === 0 || friend.failures > MAX_UNANSWERED * friend.answers
      ? [`of the questions of a peer of the book ${friend.failures} got no answer`]
      : []),
    ...(newcomer === undefined ? ['a newcomer got no answer'] : []),
    ...(isNamed ? [] : ['the name in the book did not find its peer'])
  ]
}

function rowOf(name: string, findings: Findings): string[] {
  const { before, highest, after, longestStop, dials, disk, friend, newcomer, sent } = findings
  return [
    name,
    mega(before),
    mega(highest),
    mega(after),
    longestStop.toFixed(0),
    String(dials),
    (disk / 1024).toFixed(0),
    `${friend.answers} of ${friend.answers + friend.failures}`,
    friend.slowest.toFixed(0),
    newcomer?.toFixed(0) ?? '-',
    sent
  ]
}

function mega(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0)
}
