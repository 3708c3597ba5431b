import { NodeError } from '../error.ts'
import type { AddressBook, BookEntry as Entry } from '../peer/book.ts'
import type { Neighbourhood } from '../peer/neighbourhood.ts'
import type { AskInit } from './asking/ask.ts'
import { ask } from './asking/ask.ts'
import { type HistoryInit, history } from './asking/history.ts'
import { type PingInit, ping } from './asking/ping.ts'
import { type WatchInit, watch } from './asking/watch.ts'
import type { Directory } from './directory.ts'
import type {
  AskRequest,
  BookChange,
  BookEntry,
  HistoryRequest,
  HistoryRow,
  Operations,
  PeerView,
  PingReply,
  PingRequest,
  SeriesView,
  Status,
  SwitchRequest,
  SwitchView,
  WatchRequest
} from './operations.ts'
import type { Switches } from './switches.ts'

export interface NodeOperationsInit {
  readonly ask: AskInit
  readonly watch: WatchInit
  readonly history: HistoryInit
  readonly ping: PingInit
  readonly book: AddressBook
  readonly directory: Directory
  readonly neighbourhood: Neighbourhood
  readonly switches: Switches
  readonly status: () => Status
  readonly peers: () => Promise<PeerView[]>
}

/** The node's own answers to everything that people and programs ask of it. */
export class NodeOperations implements Operations {
  readonly #init: NodeOperationsInit

  constructor(init: NodeOperationsInit) {
    this.#init = init
  }

  async status(): Promise<Status> {
    return this.#init.status()
  }

  peers(): Promise<PeerView[]> {
    return this.#init.peers()
  }

  async book(): Promise<BookEntry[]> {
    return this.#init.book.entries().map(shown)
  }

  async bookPut(change: BookChange): Promise<BookEntry> {
    const entry = this.#changed(change, this.#init.book.get(change.name))
    await this.#init.book.put(entry)
    this.#init.neighbourhood.remember(entry.peer, entry.addresses)
    return shown(entry)
  }

  async bookRename(from: string, to: string): Promise<BookEntry> {
    return shown(await this.#init.book.rename(from, to))
  }

  bookRemove(name: string): Promise<void> {
    return this.#init.book.remove(name)
  }

  ask(request: AskRequest, signal: AbortSignal): Promise<SeriesView[]> {
    return ask(this.#init.ask, request, signal)
  }

  watch(request: WatchRequest, signal: AbortSignal): AsyncIterable<SeriesView> {
    return watch(this.#init.watch, request, signal)
  }

  history(request: HistoryRequest, signal: AbortSignal): AsyncIterable<HistoryRow> {
    return history(this.#init.history, request, signal)
  }

  ping(request: PingRequest, signal: AbortSignal): AsyncIterable<PingReply> {
    return ping(this.#init.ping, request, signal)
  }

  switch(request: SwitchRequest): Promise<SwitchView[]> {
    return this.#init.switches.switch(request)
  }

  #changed(change: BookChange, known: Entry | undefined): Entry {
    const [target, another] = change.who === undefined ? [] : this.#init.directory.resolve(change.who)
    const peer = target?.peer ?? known?.peer
    if (peer === undefined) {
      throw new NodeError('bad-request', `who is "${change.name}"?`, {
        hint: `kith book add ${change.name} PEERID`
      })
    }
    if (another !== undefined)
      throw new NodeError('ambiguous', `"${change.who}" is a purpose of several`, {
        hint: 'name one by its PeerId'
      })
    const note = change.note ?? known?.note
    return {
      name: change.name,
      peer,
      purposes: change.purposes ?? known?.purposes ?? [],
      addresses: change.addresses ?? known?.addresses ?? target?.addresses ?? [],
      time: change.time ?? known?.time ?? false,
      ...(note === undefined ? {} : { note })
    }
  }
}

function shown({ purposes, addresses, ...entry }: Entry): BookEntry {
  return { ...entry, purposes: [...purposes], addresses: [...addresses] }
}
