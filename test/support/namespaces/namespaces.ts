import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Operations } from '../../../src/node/api/operations.ts'
import { type Running, run } from '../process/kith.ts'
import type { Visit, VisitorOptions } from './visitor.ts'

/** Why there can be no namespaces here; false where there can. */
export function whyNoNamespaces(): string | false {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const name = nameOf('try')
  try {
    ip('netns', 'add', name)
    ip('netns', 'del', name)
    return false
  } catch (error) {
    return `no network namespaces here: ${error instanceof Error ? error.message.split('\n')[0] : error}`
  }
}

/**
 * An operation of a far node; `dial` takes a multiaddr, `heard` is Heard, `kept` is a Kept by author,
 * `tally` is a Tally of a history. `readOf` takes the PeerId that is asked and an
 * author, and returns the codes of the errors of describe and read, or `answered`; `addressesOf` takes a PeerId and
 * returns what its peer store has of it.
 */
export interface FarCall {
  readonly id: number
  readonly operation: keyof Operations | 'dial' | 'heard' | 'kept' | 'tally' | 'readOf' | 'addressesOf'
  readonly args: readonly unknown[]
}

/** Whom a node holds readings and catalogues of, itself included. */
export interface Heard {
  readonly readings: readonly string[]
  readonly catalogues: readonly string[]
  /** The highest sequence number of each author. */
  readonly newest: Readonly<Record<string, number>>
}

/** What a node has of the thermometer of another one, or of its own. */
export interface Kept {
  /** Readings of its history. */
  readonly count: number
  /** By run, the newest last: from and to which seq it has each reading. */
  readonly runs: readonly (readonly (readonly [from: number, to: number])[])[]
  /** Readings that its hub handed to a subscriber, and those of them handed a second time. */
  readonly delivered: number
  readonly repeated: number
  /** Whether the signature of each pack and block that came verifies against the author's PeerId alone. */
  readonly isSealed: boolean
}

/** A history as it came: how many readings, and whether each came once, in order and without a gap. */
export interface Tally {
  readonly readings: number
  readonly isWhole: boolean
}

/** A node in a namespace of its own. */
export interface FarNode {
  readonly peer: string
  readonly addresses: readonly string[]
  call<T>(operation: FarCall['operation'], ...args: unknown[]): Promise<T>
  /** Ends it as a loss of power does: nothing is said or written any more. */
  kill(): Promise<void>
}

export interface FarNodeOptions {
  readonly config?: Readonly<Record<string, unknown>>
  /** Whether it looks for neighbours by mDNS; false unless given. */
  readonly discovery?: boolean
  /** How many times faster its clock runs than the network; 5 unless given. */
  readonly hurry?: number
  /** Multiaddr of a relay to be reached by. */
  readonly relay?: string
  /** Folder of its identity and history; in memory unless given. */
  readonly home?: string
  /** How far its wall clock is ahead, or behind: milliseconds. */
  readonly clockOffset?: number
  /** Readings of an earlier run in its history: faults with random text, which no block makes smaller. */
  readonly fill?: number
}

/** Whom a liar attacks, the third party that it names, and its own address. */
export interface LiarOptions {
  readonly target: string
  readonly third: string
  /** The third party that it names as a server of a DHT. */
  readonly thirdOfDht: string
  readonly own: string
}

export interface Liar {
  readonly peer: string
  /** A peer of which it tells, and that is not there. */
  readonly madeUp: string
  /** How often it was asked for a reservation. */
  reservations(): Promise<number>
}

/** A peer that visits a relay. */
export interface Visitor {
  readonly peer: string
  visit(): Promise<void>
  /** What it received so far. */
  collect(): Promise<Visit>
}

/** Each byte of the seed of its key. */
export const LIAR_SEED = 7

/** One machine of its own to the network, of which nothing reaches beyond its cables. */
export class Namespace {
  readonly name: string
  readonly #children: ChildProcess[] = []

  constructor(label: string) {
    this.name = nameOf(label)
    ip('netns', 'add', this.name)
    this.ip('link', 'set', 'lo', 'up')
  }

  /** Joins two by a cable. @param address with its prefix length */
  static cable(a: Namespace, addressOfA: string, b: Namespace, addressOfB: string): void {
    const [endA, endB] = [`to-${b.label}`, `to-${a.label}`]
    a.ip('link', 'add', endA, 'type', 'veth', 'peer', 'name', endB, 'netns', b.name)
    for (const [one, end, address] of [
      [a, endA, addressOfA],
      [b, endB, addressOfB]
    ] as const) {
      one.ip('addr', 'add', address, 'dev', end)
      one.ip('link', 'set', end, 'up')
    }
  }

  get label(): string {
    return this.name.split('-').at(-1) ?? ''
  }

  ip(...args: string[]): void {
    ip('-n', this.name, ...args)
  }

  /** Lets no UDP leave. */
  blockUdp(): void {
    this.ip('rule', 'add', 'pref', '10', 'ipproto', 'udp', 'blackhole')
  }

  unblockUdp(): void {
    this.ip('rule', 'del', 'pref', '10')
  }

  /** Lets no more than so many bits a second leave by an interface. */
  shape(device: string, bitsPerSecond: number): void {
    const rate = ['rate', String(bitsPerSecond), 'burst', '32kb', 'latency', '50ms']
    this.#run('tc', 'qdisc', 'add', 'dev', device, 'root', 'tbf', ...rate)
  }

  /** Drops this part of the packets that arrive. Needs iptables. */
  lose(part: number): void {
    this.#run('iptables', '-I', 'INPUT', ...randomly(part))
  }

  loseNothing(): void {
    this.#run('iptables', '-F', 'INPUT')
  }

  /** Sends on what others route over it, with its own address. Needs iptables. */
  masquerade(device: string): void {
    this.#run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
    this.#run('iptables', '-t', 'nat', '-A', 'POSTROUTING', '-o', device, '-j', 'MASQUERADE')
  }

  /** Counts the TCP connections that are begun to a host from now on. Needs iptables. */
  countBegun(host: string): void {
    this.#run('iptables', '-A', 'OUTPUT', '-p', 'tcp', '--syn', '-d', host, '-j', 'ACCEPT')
  }

  /** The SYNs since countBegun(), each repetition too. */
  begun(host: string): number {
    const lines = this.#run('iptables', '-nvxL', 'OUTPUT').split('\n')
    const line = lines.find((one) => one.split(/\s+/).includes(host)) ?? ''
    return Number(line.trim().split(/\s+/)[0])
  }

  /** Counts the IP packets that come from a host and go to it from now on. Needs iptables. */
  countPackets(host: string): void {
    this.#run('iptables', '-A', 'INPUT', '-s', host)
    this.#run('iptables', '-A', 'OUTPUT', '-d', host)
  }

  /** The packets since countPackets(). */
  packets(host: string): number {
    const lines = this.#run('iptables', '-nvxL').split('\n')
    const counts = lines.map((line) => line.trim().split(/\s+/)).filter((words) => words.includes(host))
    return counts.reduce((sum, [packets]) => sum + Number(packets), 0)
  }

  /** Lets nobody into the networks behind it from one of its interfaces, nor to itself. Needs iptables. */
  letNobodyIn(device: string): void {
    const begun = ['-m', 'conntrack', '--ctstate', 'NEW', '-j', 'DROP']
    for (const chain of ['FORWARD', 'INPUT']) this.#run('iptables', '-A', chain, '-i', device, ...begun)
  }

  /** UDP datagrams that left so far, as its kernel counts them. */
  udpSent(): number {
    const text = this.#run('cat', '/proc/net/snmp', '/proc/net/snmp6')
    const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith('Udp:'))
    const overIpv4 = values.split(' ')[names.split(' ').indexOf('OutDatagrams')]
    const overIpv6 = /^Udp6OutDatagrams\s+(\d+)/m.exec(text)?.[1] ?? 0
    return Number(overIpv4) + Number(overIpv6)
  }

  /** Starts a node (node.ts) and waits until it is up. */
  async node(options: FarNodeOptions): Promise<FarNode> {
    const { child, message } = await this.start(new URL('node.ts', import.meta.url), options)
    let calls = 0
    return {
      ...(message as { peer: string; addresses: string[] }),
      async kill() {
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      },
      call: async <T>(operation: FarCall['operation'], ...args: unknown[]): Promise<T> => {
        const id = calls++
        child.send({ id, operation, args })
        for (;;) {
          const answer = (await messageOf(child)) as FarAnswer
          if (answer.id !== id) continue
          if (answer.error !== undefined) throw new Error(answer.error)
          return answer.result as T
        }
      }
    }
  }

  /** Starts a relay (relay.ts). @returns its multiaddrs */
  async relay(): Promise<string[]> {
    return (await this.start(new URL('relay.ts', import.meta.url), {})).message as string[]
  }

  /** Starts a peer that names a third party (liar.ts), and waits until it has done so. */
  async liar(options: LiarOptions): Promise<Liar> {
    const { child, message } = await this.start(new URL('liar.ts', import.meta.url), options)
    return {
      ...(message as Pick<Liar, 'peer' | 'madeUp'>),
      async reservations() {
        child.send({})
        return Number(await messageOf(child))
      }
    }
  }

  /** Starts a peer that asks a relay for a node (visitor.ts); it asks once it is told to. */
  async visitor(options: VisitorOptions): Promise<Visitor> {
    const { child, message } = await this.start(new URL('visitor.ts', import.meta.url), options)
    const asked = async (what: 'visit' | 'collect'): Promise<Visit> => {
      child.send(what)
      return (await messageOf(child)) as Visit
    }
    return {
      ...(message as Pick<Visitor, 'peer'>),
      visit: async () => void (await asked('visit')),
      collect: async () => await asked('collect')
    }
  }

  end(): void {
    for (const child of this.#children) child.kill('SIGKILL')
    ip('netns', 'del', this.name)
  }

  /**
   * Starts a program that gets the options as JSON in its argument.
   * @param flags of Node
   * @returns with its first message
   */
  async start(
    script: URL,
    options: object,
    flags: readonly string[] = []
  ): Promise<{ child: ChildProcess; message: unknown }> {
    const file = script.pathname
    const compiled = `--import=${new URL('../compile-cache.mjs', import.meta.url)}`
    const node = [process.execPath, ...flags, compiled, file, JSON.stringify(options)]
    const args = ['netns', 'exec', this.name, ...node]
    const child = spawn('ip', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#children.push(child)
    return { child, message: await messageOf(child) }
  }

  /** A process that runs here until it ends, or the namespace. */
  program(...command: readonly string[]): Running {
    const running = run('ip', ['netns', 'exec', this.name, ...command])
    this.#children.push(running.child)
    return running
  }

  #run(...command: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.name, ...command], { encoding: 'utf8' })
  }
}

interface FarAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** @throws Error where the child ends instead */
async function messageOf(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController()
  const { signal } = waiting
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('the process in the namespace ended')
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message
  } finally {
    waiting.abort()
    ended.catch(() => {})
  }
}

function randomly(part: number): string[] {
  return ['-m', 'statistic', '--mode', 'random', '--probability', String(part), '-j', 'DROP']
}

/** Why packets cannot be dropped at random here; false where they can. */
export function whyNoLoss(): string | false {
  const machine = new Namespace('lossy')
  try {
    machine.lose(0.5)
    return false
  } catch {
    return 'iptables with its match statistic is not there'
  } finally {
    machine.end()
  }
}

/** Why iptables cannot be used here; false where it can. */
export function whyNoIptables(): string | false {
  const machine = new Namespace('tables')
  try {
    machine.countBegun('192.0.2.1')
    machine.masquerade('lo')
    return false
  } catch {
    return 'iptables with masquerade is not there'
  } finally {
    machine.end()
  }
}

let names = 0

function nameOf(label: string): string {
  return `kith-${process.pid}-${names++}-${label}`
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
