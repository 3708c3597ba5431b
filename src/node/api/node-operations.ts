import type { AddressBook, BookEntry as Entry } from '../../peer/book/book.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import { changedEntry } from '../peers/book-entry.ts'
import type { PeerDirectory } from '../peers/directory.ts'
import type { AskInit } from './ask.ts'
import { ask } from './ask.ts'
import { type HistoryInit, history } from './history.ts'
import type { BookChange, BookEntry, Operations, PeerView, Status } from './operations.ts'
import { type PingInit, ping } from './ping.ts'
import { type WatchInit, watch } from './watch.ts'

export interface NodeOperationsInit {
  readonly ask: AskInit
  readonly watch: WatchInit
  readonly history: HistoryInit
  readonly ping: PingInit
  readonly book: AddressBook
  readonly directory: PeerDirectory
  readonly autoDialer: AutoDialer
  readonly switches: Pick<Operations, 'switch'>
  readonly devices: Pick<Operations, 'devicesTest' | 'devicesScan'>
  readonly status: () => Status
  readonly peers: () => Promise<PeerView[]>
}

/** The node's own answers to everything that people and programs ask of it. */
export class NodeOperations implements Operations {
  readonly #init: NodeOperationsInit

  constructor(init: NodeOperationsInit) {
    this.#init = init
  }

  readonly status: Operations['status'] = async () => this.#init.status()
  readonly peers: Operations['peers'] = () => this.#init.peers()
  readonly ask: Operations['ask'] = (request, signal) => ask(this.#init.ask, request, signal)
  readonly watch: Operations['watch'] = (request, signal) => watch(this.#init.watch, request, signal)
  readonly history: Operations['history'] = (request, signal) => history(this.#init.history, request, signal)
  readonly ping: Operations['ping'] = (request, signal) => ping(this.#init.ping, request, signal)
  readonly switch: Operations['switch'] = (request) => this.#init.switches.switch(request)
  readonly devicesTest: Operations['devicesTest'] = (request, signal) =>
    this.#init.devices.devicesTest(request, signal)
  readonly devicesScan: Operations['devicesScan'] = (request, signal) =>
    this.#init.devices.devicesScan(request, signal)

  async book(): Promise<BookEntry[]> {
    return this.#init.book.entries().map(shown)
  }

  async bookPut(change: BookChange): Promise<BookEntry> {
    const { book, directory } = this.#init
    const targets = change.who === undefined ? [] : directory.resolve(change.who)
    const entry = changedEntry(change, book.get(change.name), targets)
    await book.put(entry)
    this.#init.autoDialer.remember(entry.peer, entry.addresses)
    return shown(entry)
  }

  async bookRename(from: string, to: string): Promise<BookEntry> {
    return shown(await this.#init.book.rename(from, to))
  }

  bookRemove(name: string): Promise<void> {
    return this.#init.book.remove(name)
  }
}

function shown({ purposes, addresses, ...entry }: Entry): BookEntry {
  return { ...entry, purposes: [...purposes], addresses: [...addresses] }
}
