import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeView, type Host } from '../pi/host.ts'
import { until } from '../pi/until.ts'
import { BOOT, Board } from './board.ts'
import type { Card } from './card.ts'
import { memoryIsLimited } from './memory.ts'

const SERIES = 'air/temperature'
/** Real milliseconds. */
const SOON = 300_000
/** The power fails as many times. */
const CUTS = 10
/** Readings of the last 3 s before a cut may be lost: one flush (1 s below), and what the emulator had not yet done. */
const UNFLUSHED = 3

export interface Lab {
  readonly card: Card
  readonly work: string
  readonly hostHome: string
  readonly hostPeer: string
  /** The key that may log in. */
  readonly key: string
  readonly print: (line: string) => void
}

/** The kith.yaml that a person writes on the card. */
function edit(lab: Lab, name: string, more: string): string {
  return `name: ${name}\r
purposes: [temperature]\r
history: { flush: 1s }\r
owner: ${lab.hostPeer}\r
wifi: { ssid: Attic, ${more}country: DE }\r
ssh:\r
  keys:\r
    - ${lab.key}\r
sensors:\r
  - { type: tmp105, name: air, bus: i2c-1, address: 0x48, interval: 1s }\r
`
}

/** All that is shown, in order. @throws Error with what is not as it should be */
export async function scenario(lab: Lab): Promise<void> {
  const peer = await firstBoot(lab)
  await secondEdit(lab, peer)
  await badEdit(lab, peer)
  await powerCuts(lab, peer)
}

async function firstBoot(lab: Lab): Promise<string> {
  const { card, print } = lab
  await card.write('kith.yaml', edit(lab, 'hall', 'password: geheim123, '))
  const began = performance.now()
  return await withBoard(lab, async (board) => {
    await board.provisioned()
    const status = await card.read('kith-status.txt')
    const peer = /PeerId: (12D3\w+)/.exec(status)?.[1]
    if (peer === undefined || !status.includes('In force: kith.yaml'))
      throw new Error(`the status is:\n${status}`)
    print(`kith-status.txt:\n${status.replace(/^/gm, '          ')}`)
    if ((await card.read('kith.yaml')).includes('geheim123'))
      throw new Error('the password is still on the card')
    await withHost(lab, board, peer, async (host) => {
      await board.machine.qmp.set('air', 'temperature', 21_500)
      const view = await host.receives(SERIES, ({ value }) => value === 21.5, BOOT)
      const seconds = ((performance.now() - began) / 1000).toFixed(0)
      const uptime = (await board.run('cut -d " " -f 1 /proc/uptime')).trim()
      print(
        `first answer, asked by PeerId: ${describeView(view)}, ${seconds} s after power-on (board: at most ${uptime} s)`
      )
    })
    print(`kith devices scan:\n${(await board.run('kith devices scan')).replace(/^/gm, '          ')}`)
    await machineIsAsConfigured(lab, board)
    await withHost(lab, board, peer, async (host) => {
      await host.receives(SERIES, () => true, BOOT)
      for (const line of await memoryIsLimited(board)) print(`ok      ${line}`)
      host.forget()
      await host.receives(SERIES, () => true, BOOT)
      print('ok      the node that was started again is heard with the same PeerId')
    })
    return peer
  })
}

/** What the image promises beside kith. */
async function machineIsAsConfigured({ print }: Lab, board: Board): Promise<void> {
  const promises: [what: string, line: string, holds: RegExp][] = [
    ['host name', 'hostname', /^hall$/],
    ['the data partition fills the card', 'findmnt -no SOURCE /data', /^\/dev\/mmcblk\dp4$/],
    ['kith runs as the user kith', 'ps -o user= -p $(systemctl show -P MainPID kith)', /^kith$/],
    ['systemd knows that it is ready', 'systemctl is-active kith', /^active$/],
    ['the boot partition is read-only', 'findmnt -no OPTIONS /boot/firmware', /^ro,/],
    [
      'logs are in memory',
      'ls /var/log/journal 2>&1; findmnt -no FSTYPE /var/log',
      /No such file[\s\S]*tmpfs/
    ],
    ['no password', "grep -c '^[^:]*:[^!*]' /etc/shadow || true", /^0$/],
    ['ssh takes no password', 'sshd -T | grep -i ^passwordauthentication', /no$/],
    [
      'the Wi-Fi key, and not the password',
      'cat /etc/wpa_supplicant/wpa_supplicant-wlan0.conf',
      /psk=[0-9a-f]{64}/
    ],
    ['swap in memory', 'swapon --noheadings --show=NAME', /^\/dev\/zram0$/],
    ['no unit has failed', 'systemctl --failed --no-legend --plain || true', /^$/]
  ]
  for (const [what, line, holds] of promises) {
    const found = await board.run(line)
    if (!holds.test(found)) throw new Error(`${what}: ${line} says ${found}`)
    print(`ok      ${what}`)
  }
}

async function secondEdit(lab: Lab, peer: string): Promise<void> {
  // The password is not written again: the device has it.
  await lab.card.write('kith.yaml', edit(lab, 'cellar', ''))
  await withBoard(lab, async (board) => {
    await withHost(lab, board, peer, async (host) => {
      const view = await host.receives(SERIES, ({ who }) => who !== undefined, BOOT)
      lab.print(`ok      the second edit is in force, with the same PeerId: ${describeView(view)}`)
    })
    const name = await board.run('hostname')
    if (name !== 'cellar') throw new Error(`the host name is ${name}`)
    await board.run('grep -q "psk=[0-9a-f]" /etc/wpa_supplicant/wpa_supplicant-wlan0.conf')
  })
}

async function badEdit(lab: Lab, peer: string): Promise<void> {
  const { card, print } = lab
  await card.write('kith.yaml', edit(lab, 'cellar', '').replace('tmp105', 'tmp106'))
  await withBoard(lab, async (board) => {
    await board.provisioned()
    const status = await card.read('kith-status.txt')
    const said = /kith\.yaml:\d+:\d+ {2}sensors\[0\]\.type: .*/.exec(status)?.[0]
    if (said === undefined || !status.includes('NOT in force')) throw new Error(`the status is:\n${status}`)
    await withHost(lab, board, peer, (host) => host.receives(SERIES, () => true, BOOT))
    print(`ok      a bad edit is refused (${said}), and the last good one measures`)
  })
  await card.write('kith.yaml', edit(lab, 'cellar', ''))
}

/**
 * Pulls the power at random moments: by turns while the node writes each second, and while the machine starts and
 * applies an edit.
 */
async function powerCuts(lab: Lab, peer: string): Promise<void> {
  let before: ReadonlySet<string> = new Set()
  for (let cut = 1; cut <= CUTS; cut += 2) {
    before = await cutWhileMeasuring(lab, { peer, cut, before })
    await cutWhileStarting(lab, cut + 1)
  }
  await withBoard(lab, (board) => withHost(lab, board, peer, (host) => allAreKept(lab, host, before)))
}

interface Cut {
  readonly peer: string
  readonly cut: number
  /** Readings that must be there still. */
  readonly before: ReadonlySet<string>
}

/** @returns the readings that must be there at the next start */
async function cutWhileMeasuring(lab: Lab, { peer, cut, before }: Cut): Promise<ReadonlySet<string>> {
  let after = before
  await withBoard(lab, (board) =>
    withHost(lab, board, peer, async (host) => {
      await allAreKept(lab, host, before)
      await sleep(randomInt(3_000, 15_000))
      after = flushed(await host.history(SERIES, SOON))
      await sleep(randomInt(4_000, 9_000))
    })
  )
  await lab.card.check()
  lab.print(`ok      cut ${cut}, with ${after.size} readings: the file systems are clean`)
  return after
}

async function allAreKept({ print }: Lab, host: Host, before: ReadonlySet<string>): Promise<void> {
  await host.receives(SERIES, () => true, BOOT)
  const kept = await until(SOON, 'the history', () => host.history(SERIES, SOON))
  const lost = [...before].filter((position) => !kept.has(position))
  if (lost.length > 0) throw new Error(`${lost.length} of ${before.size} readings are lost: ${lost[0]}`)
  print(`ok      the PeerId is the same, and all ${before.size} readings of before are there`)
}

async function cutWhileStarting(lab: Lab, cut: number): Promise<void> {
  await lab.card.write('kith.yaml', `${edit(lab, 'cellar', '')}# cut ${cut}\r\n`)
  const wait = randomInt(10_000, 60_000)
  await withBoard(lab, () => sleep(wait))
  await lab.card.check()
  lab.print(`ok      cut ${cut}, ${(wait / 1000).toFixed(0)} s after power-on: the file systems are clean`)
}

/** Without the last ones, which may not be on the card yet. */
function flushed(positions: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...positions].slice(0, -UNFLUSHED))
}

async function withBoard<T>(lab: Lab, work: (board: Board) => Promise<T>): Promise<T> {
  const board = await Board.start(lab.card, lab.work)
  try {
    return await work(board)
  } catch (error) {
    console.log(board.machine.console.slice(-40).join('\n'))
    throw error
  } finally {
    await board.machine.stop()
  }
}

async function withHost(
  lab: Lab,
  board: Board,
  peer: string,
  work: (host: Host) => Promise<unknown>
): Promise<void> {
  const host = await board.host(peer, lab.hostHome)
  try {
    await work(host)
  } finally {
    await host.stop()
  }
}
