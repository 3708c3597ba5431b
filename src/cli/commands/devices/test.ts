import { defined } from '../../../defined.ts'
import type { TestedSensor, TestedValue } from '../../../node/api/operations.ts'
import { ago } from '../../../node/format-units.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../../command-line/command.ts'
import { DONE, FAILED } from '../../command-line/exit-status.ts'
import { runningNode } from '../../command-line/running-node.ts'
import { seedOf, simulatedOption } from '../../command-line/simulated-option.ts'
import { loadNodeConfig } from '../../load-config.ts'
import type { Style } from '../../terminal/ansi-style.ts'
import { pad } from '../../terminal/text-width.ts'

export const test = defineCommand({
  name: 'test',
  summary: 'read every configured sensor once and check its values',
  options: { simulated: simulatedOption },
  positionals: [],
  example: 'kith devices test',
  async run(context) {
    const { json, terminal } = context
    let status = DONE
    for await (const sensor of await testedSensors(context)) {
      if (json) terminal.json(sensor)
      else terminal.prose(linesOf(sensor, terminal))
      if (sensor.values.some(({ state }) => state === 'fault')) status = FAILED
    }
    return status
  }
})

/** Beside a running node its latest readings: a bus has one owner. */
async function testedSensors(
  context: Context
): Promise<Iterable<TestedSensor> | AsyncIterable<TestedSensor>> {
  const { home, environment, options, signal, timeout, terminal } = context
  const seed = seedOf(options['simulated'] as string | true | undefined, 'kith devices test')
  const node = seed === undefined ? await runningNode(context) : undefined
  if (node !== undefined) {
    terminal.remark(`kith: a node runs in ${home}: these are its latest readings`)
    return await node.devicesTest(defined({ timeout }), signal)
  }
  const { config, outside } = await loadNodeConfig({ home, environment })
  if (config.sensors.length === 0)
    terminal.remark('kith: no sensors are configured; kith devices scan finds chips')
  const { testDevices } = await import('../../../node/sensors/test-devices.ts')
  const world = seed === undefined ? 'linux' : { simulated: seed, models: outside.models }
  return testDevices({ config, world, devices: outside.devices, signal })
}

const marks: Readonly<Record<TestedValue['state'], readonly [mark: string, style: Style]>> = {
  plausible: ['ok', 'green'],
  unusual: ['check', 'yellow'],
  fault: ['fault', 'red']
}
const MARK = 5

/** The sensor, and below it each value; one line if all values have the same fault. */
function linesOf(
  { name, type, place, values, hint, age }: TestedSensor,
  { ansi }: Context['terminal']
): string[] {
  const where = place === type ? type : `${type} at ${place}`
  const width = Math.max(...values.map(({ series }) => series.length))
  const [first] = values
  const same = first?.state === 'fault' && values.every(({ why }) => why === first.why)
  const line = ({ state, series, shown = '', why }: TestedValue): string => {
    const [mark, style] = marks[state]
    const text = [shown, ...(why === undefined ? [] : [sanitize(why)])]
      .filter((part) => part !== '')
      .join(', ')
    return `  ${ansi(pad(mark, MARK), style)}  ${pad(series, width)}  ${text}`
  }
  const body =
    same && first !== undefined
      ? [`  ${ansi(pad('fault', MARK), 'red')}  ${sanitize(first.why ?? '')}`]
      : values.map(line)
  const hints = hint === undefined ? [] : [`${' '.repeat(MARK + 4)}${sanitize(hint)}`]
  return [`${ansi(name, 'bold')}  ${where}${age === undefined ? '' : `, ${ago(age)}`}`, ...body, ...hints]
}
