import { NodeError } from '../error.ts'
import type { Quantities } from '../reading/quantity.ts'
import {
  defineProtocol,
  defineSensorProtocol,
  MAX_PAYLOAD,
  type SensorProtocol
} from './define-sensor-protocol.ts'

/** The topic of catalogues (docs/protocols.md section 10): sealed maps, not packs. */
export const META_TOPIC = '/sensor/meta/v1'

/** docs/protocols.md section 4; a new kind of sensor is one entry. */
export const sensorProtocols: readonly SensorProtocol[] = [
  defineSensorProtocol({ id: '/sensor/temp/v1', quantity: 'temperature' }),
  defineSensorProtocol({ id: '/sensor/humidity/v1', quantity: 'humidity' }),
  defineSensorProtocol({ id: '/sensor/pressure/v1', quantity: 'pressure' }),
  defineSensorProtocol({ id: '/sensor/light/v1', quantity: 'illuminance' }),
  defineSensorProtocol({ id: '/sensor/voltage/v1', quantity: 'voltage' }),
  defineSensorProtocol({ id: '/sensor/current/v1', quantity: 'current' }),
  defineSensorProtocol({ id: '/sensor/power/v1', quantity: 'power' }),
  defineSensorProtocol({ id: '/sensor/co2/v1', quantity: 'co2' }),
  defineSensorProtocol({ id: '/sensor/contact/v1', quantity: 'contact' }),
  defineSensorProtocol({ id: '/sensor/count/v1', quantity: 'count', quantities: ['rate'] }),
  defineSensorProtocol({
    id: '/sensor/health/v1', // how the machine itself is: processor, memory, disk, radio, supply
    quantity: 'ratio',
    quantities: ['duration', 'signal', 'frequency', 'alarm']
  }),
  defineSensorProtocol({
    id: '/sensor/air/v1', // particles and gases
    quantity: 'pm25',
    quantities: ['pm1', 'pm4', 'pm10', 'voc-index', 'nox-index', 'tvoc', 'eco2']
  }),
  defineSensorProtocol({ id: '/sensor/sun/v1', quantity: 'irradiance', quantities: ['uv-index'] }),
  defineSensorProtocol({ id: '/sensor/distance/v1', quantity: 'distance' }),
  defineSensorProtocol({
    id: '/sensor/motion/v1', // of the wind as well
    quantity: 'speed',
    quantities: ['acceleration', 'direction']
  }),
  defineSensorProtocol({ id: '/sensor/mass/v1', quantity: 'mass' }),
  defineSensorProtocol({
    id: '/sensor/water/v1', // in pipes, ponds and soil
    quantity: 'moisture',
    quantities: ['ph', 'conductivity', 'flow', 'volume']
  }),
  defineSensorProtocol({ id: '/sensor/sound/v1', quantity: 'sound-level' }),
  defineSensorProtocol({ id: '/sensor/energy/v1', quantity: 'energy' }),
  defineSensorProtocol({ id: '/sensor/resistance/v1', quantity: 'resistance' }),
  defineSensorProtocol({ id: '/actuator/switch/v1', quantity: 'switch' }), // its commands: actuator/
  defineProtocol(META_TOPIC, [], { maxPayload: MAX_PAYLOAD })
]

/** The sensor protocols of a node, and the quantities they carry; applications add theirs to both. */
export class ProtocolRegistry {
  readonly #protocols: ReadonlyMap<string, SensorProtocol>
  readonly #quantities: ReadonlyMap<string, Quantities>

  /** @throws NodeError 'protocol-twice', 'unknown-quantity' */
  constructor(protocols: readonly SensorProtocol[], quantities: Quantities) {
    const ordered = protocols.toSorted(newestFirst)
    this.#protocols = new Map(ordered.map((protocol) => [protocol.id, protocol]))
    const twice = ordered.find((protocol, i) => ordered[i + 1]?.id === protocol.id)
    if (twice !== undefined) throw new NodeError('protocol-twice', `${twice.id} is defined twice`)
    this.#quantities = new Map(ordered.map((protocol) => [protocol.id, carried(protocol, quantities)]))
  }

  get(id: string): SensorProtocol | undefined {
    return this.#protocols.get(id)
  }

  /** Every ProtocolName, the versions of one family newest first: the order of offering to multistream. */
  ids(): string[] {
    return [...this.#protocols.keys()]
  }

  /** Those that carry a quantity, newest version first: a reading is published on the topic of each. */
  ofQuantity(quantity: string): SensorProtocol[] {
    return [...this.#protocols.values()].filter((protocol) => protocol.quantities.includes(quantity))
  }

  /** The ProtocolNames of its family, itself included, newest version first. */
  versionsOf(id: string): string[] {
    const family = this.get(id)?.family
    return this.ids().filter((other) => this.get(other)?.family === family)
  }

  /** The quantities that a pack on this topic may carry; none on an unknown topic. */
  quantitiesOf(id: string): Quantities {
    return this.#quantities.get(id) ?? new Map()
  }
}

function newestFirst(a: SensorProtocol, b: SensorProtocol): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1
  return b.version - a.version
}

function carried(protocol: SensorProtocol, quantities: Quantities): Quantities {
  return new Map(
    protocol.quantities.map((name) => {
      const quantity = quantities.get(name)
      if (quantity === undefined)
        throw new NodeError(
          'unknown-quantity',
          `${protocol.id} carries ${name}, which is not a known quantity`,
          {
            hint: 'add its name, unit and kind to the quantities of the application'
          }
        )
      return [name, quantity]
    })
  )
}
