import type { NodeConfig } from '../../config/schema.ts'
import type { AccessWord, Thing } from '../../peer/access/access.ts'
import { changesOf } from '../configuration/changes.ts'
import { unveiled } from './unveiled.ts'

/** What somebody needs, besides `configure`, to change the configuration from afar. */
export interface Need {
  /** As a Change has it. */
  readonly path: string
  /** `local`: code and commands can be brought in only on the machine itself, whoever asks. */
  readonly word: AccessWord | 'local'
  readonly on: Thing
}

/** Whoever may configure may change these. Everything else needs `own`, as each new option does. */
const CONFIGURED: readonly string[] = [
  ...['name', 'purposes', 'quantities', 'buses', 'sensors', 'watch', 'store', 'accept', 'unlisted'],
  ...['listen', 'announce', 'reachable', 'interfaces', 'mdns', 'forward', 'via', 'relays', 'relay', 'dht'],
  ...['history', 'time', 'log', 'datagrams', 'limits']
]
/** The type of sensors that run a program. */
const COMMAND = 'command'

/** Of log.level, the quietest last. */
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error', 'silent']

/** How much of the log is kept for those who read it from afar. */
const LINE_LIMITS = ['lines', 'lineBytes'] as const

const NODE: Thing = { kind: 'node' }

/** Compares what is configured, not how it is written. */
export function neededWords(before: NodeConfig, after: NodeConfig): Need[] {
  const changed = changesOf(before, after).flatMap(({ path }) => needOf(path, before, after))
  return [...changed, ...driving(before, after), ...published(before, after)]
}

function needOf(path: string, before: NodeConfig, after: NodeConfig): Need[] {
  const [option = '', name] = path.split('.')
  if (option === 'devices') return [devicesNeed(before, after)]
  if (option === 'sensors') return sensorNeeds(path, typeOf(before, name), typeOf(after, name))
  if (option === 'switches') return [{ path, word: 'operate', on: switchOf(name, before, after) }]
  if (option === 'rules') return [{ path, word: 'operate', on: NODE }]
  if (hidesLines(path, before, after)) return [{ path, word: 'own', on: NODE }]
  return CONFIGURED.includes(option) ? [] : [{ path, word: 'own', on: NODE }]
}

/** Who may operate one switch may not make another line of it: that takes `operate` on everything. */
function switchOf(name: string | undefined, before: NodeConfig, after: NodeConfig): Thing {
  const [was, is] = [before, after].map(({ switches }) => switches.find((one) => one.name === name))
  const isSameLine = was !== undefined && (is === undefined || was.line === is.line)
  return name !== undefined && isSameLine ? { kind: 'switch', name } : NODE
}

function devicesNeed(before: NodeConfig, after: NodeConfig): Need {
  const isNew = after.devices.some((module) => !before.devices.includes(module))
  return { path: 'devices', word: isNew ? 'local' : 'own', on: NODE }
}

function sensorNeeds(path: string, was: string | undefined, is: string | undefined): Need[] {
  if (is === COMMAND) return [{ path, word: 'local', on: NODE }]
  return was === COMMAND ? [{ path, word: 'own', on: NODE }] : []
}

function typeOf({ sensors }: NodeConfig, name: string | undefined): string | undefined {
  return sensors.find((sensor) => sensor.name === name)?.type
}

/** The log says who was refused and who changed what: who may configure does not hide that, nor shorten it. */
function hidesLines(path: string, before: NodeConfig, after: NodeConfig): boolean {
  if (path === 'log.level') return LEVELS.indexOf(after.log.level) > LEVELS.indexOf(before.log.level)
  return LINE_LIMITS.some(
    (limit) => path === `limits.manage.${limit}` && after.limits.manage[limit] < before.limits.manage[limit]
  )
}

/** Sensors that are new or elsewhere: a driver may drive its line. */
function driving(before: NodeConfig, after: NodeConfig): Need[] {
  return after.sensors.flatMap(({ name, line }): Need[] => {
    const was = before.sensors.find((sensor) => sensor.name === name)
    const drives = line !== undefined && line !== was?.line
    return drives ? [{ path: `sensors.${name}`, word: 'operate', on: NODE }] : []
  })
}

/**
 * What was private and is not any more, or is away: under another name it would be for everybody. What shows the same
 * as a private one did, too.
 */
function published(before: NodeConfig, after: NodeConfig): Need[] {
  const named = (['sensors', 'switches'] as const).flatMap((list) => {
    const stays = (name: string): boolean => after[list].some((is) => is.name === name && is.private)
    return before[list]
      .filter(({ name, private: was }) => was && !stays(name))
      .map(({ name }) => `${list}.${name}`)
  })
  return [...new Set([...named, ...unveiled(before, after)])].map((path) => ({ path, word: 'own', on: NODE }))
}
