import type { OptionPath } from '../option-path.ts'
import { didYouMean, withHint } from '../options/kinds.ts'
import { nearest } from '../options/nearest.ts'
import { partsOf, REMOTE_OR_OWN_SWITCH, SERIES_OF_RULE } from './names.ts'

interface Problem {
  readonly path: OptionPath
  readonly message: string
}

interface Given {
  readonly rules?: unknown
  readonly sensors?: unknown
  readonly switches?: unknown
}

type Fields = Readonly<Record<string, unknown>>

/** Rules of one name, about sensors and switches that are not there, or that could never be as they are written. */
export function ruleProblems({ rules, sensors, switches }: Given): Problem[] {
  const all = listOf(rules)
  const names = all.map(({ name }) => name)
  const known = { sensors: namesIn(sensors), switches: namesIn(switches) }
  return all.flatMap((rule, index) => {
    const path: OptionPath = ['rules', index]
    const when = fieldsOf(rule['when'])
    return [
      ...(typeof rule['name'] === 'string' && names.indexOf(rule['name']) < index
        ? [{ path: [...path, 'name'], message: `the name ${rule['name']} appears twice` }]
        : []),
      ...seriesProblem([...path, 'when', 'series'], when['series'], [...known.sensors, ...known.switches]),
      ...levelProblems([...path, 'when'], when),
      ...repeatProblem([...path, 'repeat'], rule),
      ...listOf(rule['then']).flatMap((action, i) =>
        switchProblem([...path, 'then', i, 'switch'], action['switch'], known.switches)
      )
    ]
  })
}

/** A switch measures its own state. */
function seriesProblem(path: OptionPath, series: unknown, devices: readonly string[]): Problem[] {
  const parts = typeof series === 'string' ? partsOf(series, SERIES_OF_RULE) : undefined
  if (parts === undefined || parts.who !== undefined || devices.includes(parts.device)) return []
  const meant = nearest(parts.device, devices)
  return [
    {
      path,
      message: unknown(`this node has no sensor ${parts.device}`, meant && `${meant}/${parts.rest}`, devices)
    }
  ]
}

function switchProblem(path: OptionPath, text: unknown, switches: readonly string[]): Problem[] {
  const parts = typeof text === 'string' ? partsOf(text, REMOTE_OR_OWN_SWITCH) : undefined
  if (parts === undefined || parts.who !== undefined || switches.includes(parts.device)) return []
  return [
    {
      path,
      message: unknown(`this node has no switch ${parts.device}`, nearest(parts.device, switches), switches)
    }
  ]
}

function unknown(message: string, meant: string | undefined, all: readonly string[]): string {
  const others =
    all.length === 0 ? 'it has none; WHO/… is that of a peer' : `it has ${all.slice(0, 16).join(', ')}`
  return withHint(message, didYouMean(meant) ?? others)
}

/** Above or below, one of them; and where it is over lies on the other side. */
function levelProblems(path: OptionPath, { series, is, above, below, clear }: Fields): Problem[] {
  if (series === undefined || is !== undefined) return []
  if ((above === undefined) === (below === undefined))
    return [{ path, message: withHint('needs above or below, one of them', 'above: 25, or is: stale') }]
  if (typeof clear !== 'number') return []
  const isWrong = typeof above === 'number' ? clear > above : typeof below === 'number' && clear < below
  if (!isWrong) return []
  const hint = above === undefined ? 'write a value of at least below' : 'write a value of at most above'
  return [{ path: [...path, 'clear'], message: withHint(`${clear} would be over before it begins`, hint) }]
}

function repeatProblem(path: OptionPath, { repeat, interval }: Fields): Problem[] {
  if (typeof repeat !== 'number' || typeof interval !== 'number' || repeat >= interval) return []
  return [{ path, message: withHint('is less than interval', 'repeat it less often, or lower interval') }]
}

function namesIn(list: unknown): string[] {
  return listOf(list).flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
}

function listOf(list: unknown): Fields[] {
  return Array.isArray(list) ? list.map(fieldsOf) : []
}

function fieldsOf(one: unknown): Fields {
  return typeof one === 'object' && one !== null ? (one as Fields) : {}
}
