/** The simplest device of matter.js: a thermometer whose value is set once a second. */
import { serve } from '../../frame/serve.ts'
import { installed } from './installed.ts'

interface Endpoint {
  set(values: object): Promise<void>
}
interface Node {
  add(type: unknown): Promise<Endpoint>
  start(): Promise<void>
  close(): Promise<void>
}
interface Main {
  readonly ServerNode: { create(options: object): Promise<Node> }
  readonly Environment: { readonly default: { readonly vars: { set(name: string, value: unknown): void } } }
}
interface Thermometer {
  readonly TemperatureSensorDevice: unknown
}

let node: Node | undefined
let timer: NodeJS.Timeout | undefined

/** @param folder for what it stores */
async function start({ folder }: { readonly folder: string }): Promise<void> {
  const { ServerNode, Environment } = await installed<Main>('@matter/main')
  const { TemperatureSensorDevice } = await installed<Thermometer>('@matter/main/devices/temperature-sensor')
  const { vars } = Environment.default
  vars.set('storage.path', folder)
  vars.set('log.level', 'fatal')
  node = await ServerNode.create({ id: 'bench', network: { port: 0 } })
  const sensor = await node.add(TemperatureSensorDevice)
  await node.start()
  let measuredValue = 2000
  timer = setInterval(() => {
    measuredValue = 2000 + ((measuredValue + 7) % 160)
    void sensor.set({ temperatureMeasurement: { measuredValue } })
  }, 1000)
}

serve({ start }, async () => {
  clearInterval(timer)
  await node?.close()
})
