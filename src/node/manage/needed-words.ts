import { isDeepStrictEqual } from 'node:util'
import type { NodeConfig } from '../../config/schema.ts'
import type { AccessWord, Thing } from '../../peer/access/access.ts'
import { changesOf } from '../configuration/changes.ts'

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

const NODE: Thing = { kind: 'node' }

type Sensor = NodeConfig['sensors'][number]

/** Compares what is configured, not how it is written. */
export function neededWords(before: NodeConfig, after: NodeConfig): Need[] {
  const changed = changesOf(before, after).flatMap(({ path }) => needOf(path, before, after))
  return [...changed, ...placed(before, after), ...unveiled(before, after)]
}

function needOf(path: string, before: NodeConfig, after: NodeConfig): Need[] {
  const [option = '', name] = path.split('.')
  if (option === 'devices') return [devicesNeed(before, after)]
  if (option === 'sensors') return sensorNeeds(path, typeOf(before, name), typeOf(after, name))
  if (option === 'switches') return [{ path, word: 'operate', on: switchOf(name, before, after) }]
  if (option === 'rules') return [{ path, word: 'operate', on: NODE }]
  if (path === 'log.level') return isQuieter(before, after) ? [{ path, word: 'own', on: NODE }] : []
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

/** The log says who was refused and who changed what: who may configure does not hide that. */
function isQuieter(before: NodeConfig, after: NodeConfig): boolean {
  return LEVELS.indexOf(after.log.level) > LEVELS.indexOf(before.log.level)
}

/** Sensors that are new or elsewhere: a driver may drive its line, and a public one show what a private one measures. */
function placed(before: NodeConfig, after: NodeConfig): Need[] {
  return after.sensors.flatMap((sensor) => {
    const was = before.sensors.find(({ name }) => name === sensor.name)
    if (was !== undefined && isDeepStrictEqual(placeOf(was), placeOf(sensor))) return []
    const path = `sensors.${sensor.name}`
    const drives = sensor.line !== undefined && sensor.line !== was?.line
    const shows =
      !sensor.private && isOfKernel(sensor) && before.sensors.some((one) => one.private && isOfKernel(one))
    return [
      ...(drives ? [{ path, word: 'operate', on: NODE } as const] : []),
      ...(shows ? [{ path, word: 'own', on: NODE } as const] : [])
    ]
  })
}

function placeOf({ type, bus, address, line, options }: Sensor): unknown {
  return { type, bus, address, line, options }
}

/** The kernel shows one chip in several files; of a bus and of lines, no two sensors have the same (src/config). */
function isOfKernel({ bus, line }: Sensor): boolean {
  return bus === undefined && line === undefined
}

/** What was private and is not any more, or is away: under another name it would be for everybody. */
function unveiled(before: NodeConfig, after: NodeConfig): Need[] {
  return (['sensors', 'switches'] as const).flatMap((list) => {
    const stays = (name: string): boolean => after[list].some((is) => is.name === name && is.private)
    return before[list]
      .filter(({ name, private: was }) => was && !stays(name))
      .map(({ name }): Need => ({ path: `${list}.${name}`, word: 'own', on: NODE }))
  })
}
