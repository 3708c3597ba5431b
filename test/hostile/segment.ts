import { execFileSync } from 'node:child_process'
import { Namespace } from '../support/namespaces/namespaces.ts'

/** An Ethernet between namespaces: a bridge, and one `eth0` for each machine. Nothing of it reaches the host. */
export class Segment {
  readonly #bridge = new Namespace('switch')
  readonly #machines: Namespace[] = []

  constructor() {
    this.#bridge.ip('link', 'add', 'br0', 'type', 'bridge')
    this.#bridge.ip('link', 'set', 'br0', 'up')
  }

  /** A machine with an address in a /24. */
  machine(label: string, address: string): Namespace {
    const machine = new Namespace(label)
    this.#machines.push(machine)
    const port = `p${this.#machines.length}`
    this.#bridge.ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', machine.name)
    this.#bridge.ip('link', 'set', port, 'master', 'br0', 'up')
    machine.ip('addr', 'add', `${address}/24`, 'dev', 'eth0')
    machine.ip('link', 'set', 'eth0', 'up')
    return machine
  }

  end(): void {
    for (const machine of this.#machines) machine.end()
    this.#bridge.end()
  }
}

/** The words of a program within a namespace: `ip netns exec …`. */
export function within(machine: Namespace, ...command: readonly string[]): string[] {
  return ['netns', 'exec', machine.name, ...command]
}

/** TCP connections that were attempted to a machine on which nothing listens: each was refused with a reset. */
export function refusedConnections(machine: Namespace): number {
  const text = execFileSync('ip', within(machine, 'cat', '/proc/net/snmp'), { encoding: 'utf8' })
  const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith('Tcp:'))
  return Number(values.split(' ')[names.split(' ').indexOf('OutRsts')])
}
