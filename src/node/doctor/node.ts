import { describeError } from '../../error.ts'
import type { Status, SwitchView } from '../api/operations.ts'
import { formatDuration } from '../format-units.ts'
import { sanitize } from '../log/sanitize.ts'
import { damageText } from './damage-text.ts'
import { bad, type Check, type Finding, ok, warn } from './finding.ts'

/** The status of the running node. */
export const checkNode: Check = async ({ home, node }) => {
  if (node === undefined)
    return [warn('node', `no node runs in ${home}`, 'kith run'), ...(await checkAside(home))]
  try {
    const status = await node.status()
    return [
      ok('node', `process ${status.pid}, up ${formatDuration(status.uptime)}, ${status.peers} peers`),
      ...checkConfig(status),
      ...checkKeys(status),
      ...checkSensors(status),
      ...(await node.switch({})).flatMap((output) => [checkSwitch(output), ...checkLost(output)]),
      ...checkHistory(status)
    ]
  } catch (error) {
    return [bad('node', `does not answer: ${describeError(error)}`, 'see its log, then restart it')]
  }
}

function checkConfig({ config }: Status): Finding[] {
  if (config === undefined) return []
  const { pending, refused } = config
  return [
    ...(pending.length === 0
      ? []
      : [
          warn(
            'config',
            `the node runs with other ${pending.join(', ')}`,
            'restart it: sudo systemctl restart kith'
          )
        ]),
    ...(refused === undefined
      ? []
      : [
          bad(
            'config',
            'the node has not taken the file, and runs with the one of before',
            'kith config check'
          )
        ])
  ]
}

function checkKeys({ sharedKeys = [], peer: self }: Status): Finding[] {
  return sharedKeys.map(({ peer, who, addresses }) =>
    bad(
      'key',
      `${peer === self ? 'the key of this node' : `the key of ${sanitize(who)}`} is used twice: ${addresses.map((one) => sanitize(one)).join(' and ')}`,
      'make a new home for one of them: kith init --home FOLDER'
    )
  )
}

function checkSensors({ sensors }: Status): Finding[] {
  return sensors.map((sensor) => {
    const fault = sensor.series.find((view) => view.fault !== undefined)?.fault
    if (fault !== undefined)
      return bad(sensor.name, sanitize(fault.text), 'check its wiring and address; the node retries')
    if (sensor.state === 'stale') return bad(sensor.name, 'no readings', 'see the log of the node')
    return ok(
      sensor.name,
      `${sensor.type}, ${sensor.place}: ${sensor.state === 'value' ? 'measuring' : 'starting'}`
    )
  })
}

/** What becomes of an output where the process is killed is the kernel's choice: docs/gpio.md. */
function checkSwitch({ name, state, line, safe, persists, fault }: SwitchView): Finding {
  if (fault !== undefined) return bad(name, sanitize(fault.message), 'check the line; the node retries')
  const now = `${line}, ${state}`
  if (persists === false) return ok(name, `${now}: an input with its pull resistor if the node is killed`)
  const what = persists === true ? 'stays as it is' : 'stays as it is, or becomes an input,'
  return warn(
    name,
    `${now}: ${what} if the node is killed, until it runs again`,
    `${persists === true ? 'dtparam=strict_gpiod in /boot/firmware/config.txt, and ' : ''}a pull resistor to its ${safe} side`
  )
}

/** Once the node is stopped nobody counts maxOn. */
function checkLost({ name, whenLost, safe }: SwitchView): Finding[] {
  if (whenLost === undefined || whenLost === 'safe' || whenLost === safe) return []
  return [
    warn(
      name,
      `a stop of the node leaves it ${whenLost}, and maxOn does not end that`,
      'whenLost: safe in kith.yaml, unless that is wanted'
    )
  ]
}

function checkHistory({ history }: Status): Finding[] {
  return [...checkState(history), ...checkDamage(history)]
}

/** What only the files tell while no node runs. */
async function checkAside(home: string): Promise<Finding[]> {
  const { damagedHistories } = await import('../home.ts')
  const files = damagedHistories(home)
  return checkDamage({
    damage: files.length === 0 ? undefined : { files, salvaged: 0, unsalvaged: 0, lost: 0 }
  })
}

function checkDamage({ damage }: { damage?: Status['history']['damage'] | undefined }): Finding[] {
  if (damage === undefined) return []
  const hint = 'check the disk; a file that was set aside may be removed once you have looked at it'
  return [warn('history', damageText(damage), hint)]
}

function checkState(history: Status['history']): Finding[] {
  if (history.state === 'ok' || history.state === 'memory') return []
  const reason = history.error === undefined ? '' : ` (${sanitize(history.error)})`
  const text = `the history is ${history.state}${reason}: readings are kept in memory only`
  return [
    bad('history', text, 'free some space or mount the disk read-write; the node then continues by itself')
  ]
}
