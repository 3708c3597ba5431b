import { execFileSync } from 'node:child_process'
import { Namespace } from './namespaces.ts'

/** An Ethernet between namespaces: a bridge, and a cable for each machine. Nothing of it reaches the host. */
export class Segment {
  readonly #bridge: Namespace
  readonly #machines: Namespace[] = []
  /** The bridge's ends of the cables. */
  readonly #ports = new Map<Namespace, string>()

  constructor(label = 'switch') {
    this.#bridge = new Namespace(label)
    this.#bridge.ip('link', 'add', 'br0', 'type', 'bridge')
    this.#bridge.ip('link', 'set', 'br0', 'up')
  }

  /** A machine with an address in a /24, which ends with the segment. */
  machine(label: string, address: string): Namespace {
    const machine = new Namespace(label)
    this.#machines.push(machine)
    this.plug(machine, address, 'eth0')
    return machine
  }

  /**
   * A machine behind a router of its own, which has an address here and lets nobody in. Needs iptables.
   * @param subnet `10.1.0`, of which the machine is 2 and the router 1
   */
  behindRouter(label: string, subnet: string, outside: string): Namespace {
    const router = this.machine(`${label}router`, outside)
    const machine = new Namespace(label)
    this.#machines.push(machine)
    Namespace.cable(machine, `${subnet}.2/24`, router, `${subnet}.1/24`)
    machine.ip('route', 'add', 'default', 'via', `${subnet}.1`)
    router.masquerade('eth0')
    router.letNobodyIn('eth0')
    return machine
  }

  /** Joins a machine that there is, by another interface. */
  plug(machine: Namespace, address: string, device: string): void {
    const port = `p${this.#ports.size + 1}`
    this.#ports.set(machine, port)
    this.#bridge.ip('link', 'add', port, 'type', 'veth', 'peer', 'name', device, 'netns', machine.name)
    this.#bridge.ip('link', 'set', port, 'master', 'br0', 'up')
    machine.ip('addr', 'add', `${address}/24`, 'dev', device)
    machine.ip('link', 'set', device, 'up')
  }

  /** Takes a machine off the bridge, or puts it back; its link stays up, so that only silence tells. */
  cut(machine: Namespace, isCut: boolean): void {
    const port = this.#ports.get(machine)
    if (port === undefined) throw new Error(`${machine.name} is not on this segment`)
    if (isCut) this.#bridge.ip('link', 'set', port, 'nomaster')
    else this.#bridge.ip('link', 'set', port, 'master', 'br0')
  }

  /** A cable to another bridge: both are one Ethernet. @returns takes it off, or puts it back */
  join(other: Segment): (isCut: boolean) => void {
    this.#bridge.ip(
      'link',
      'add',
      'trunk',
      'type',
      'veth',
      'peer',
      'name',
      'trunk',
      'netns',
      other.#bridge.name
    )
    for (const one of [this.#bridge, other.#bridge]) one.ip('link', 'set', 'trunk', 'master', 'br0', 'up')
    return (isCut) => this.#bridge.ip('link', 'set', 'trunk', ...(isCut ? ['nomaster'] : ['master', 'br0']))
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
