import type { AskInit } from './ask.ts'
import { ask } from './ask.ts'
import type { BookOperations } from './book/book-operations.ts'
import { type HistoryInit, history } from './history.ts'
import type { Operations, PeerView, Status } from './operations.ts'
import { type PingInit, ping } from './ping.ts'
import { type PipeInit, pipe } from './pipe.ts'
import { type WatchInit, watch } from './watch.ts'

export interface NodeOperationsInit {
  readonly ask: AskInit
  readonly watch: WatchInit
  readonly history: HistoryInit
  readonly ping: PingInit
  readonly book: BookOperations
  readonly switches: Pick<Operations, 'switch' | 'switchLog'>
  readonly rules: Operations['rules']
  readonly pairing: Pick<Operations, 'pairOpen' | 'pair' | 'unpair'>
  readonly devices: Pick<Operations, 'devicesTest' | 'devicesScan'>
  readonly pipe: PipeInit
  readonly served: Pick<Operations, 'serve' | 'accept'>
  readonly status: () => Status
  readonly peers: () => Promise<PeerView[]>
  readonly peersForget: Operations['peersForget']
  readonly configReload: Operations['configReload']
  readonly access: Operations['access']
  readonly manage: Operations['manage']
}

/** The node's own answers to everything that people and programs ask of it. */
export class NodeOperations implements Operations {
  readonly #init: NodeOperationsInit

  constructor(init: NodeOperationsInit) {
    this.#init = init
  }

  readonly status: Operations['status'] = async () => this.#init.status()
  readonly configReload: Operations['configReload'] = () => this.#init.configReload()
  readonly access: Operations['access'] = (request) => this.#init.access(request)
  readonly manage: Operations['manage'] = (ask, signal) => this.#init.manage(ask, signal)
  readonly peers: Operations['peers'] = () => this.#init.peers()
  readonly peersForget: Operations['peersForget'] = (who) => this.#init.peersForget(who)
  readonly ask: Operations['ask'] = (request, signal) => ask(this.#init.ask, request, signal)
  readonly watch: Operations['watch'] = (request, signal) => watch(this.#init.watch, request, signal)
  readonly history: Operations['history'] = (request, signal) => history(this.#init.history, request, signal)
  readonly ping: Operations['ping'] = (request, signal) => ping(this.#init.ping, request, signal)
  readonly book: Operations['book'] = () => this.#init.book.book()
  readonly bookPut: Operations['bookPut'] = (entry) => this.#init.book.bookPut(entry)
  readonly bookRename: Operations['bookRename'] = (from, to) => this.#init.book.bookRename(from, to)
  readonly bookRemove: Operations['bookRemove'] = (name) => this.#init.book.bookRemove(name)
  readonly bookImport: Operations['bookImport'] = (entries) => this.#init.book.bookImport(entries)
  readonly rules: Operations['rules'] = () => this.#init.rules()
  readonly pairOpen: Operations['pairOpen'] = (request, signal) =>
    this.#init.pairing.pairOpen(request, signal)
  readonly pair: Operations['pair'] = (request, signal) => this.#init.pairing.pair(request, signal)
  readonly unpair: Operations['unpair'] = (who, signal) => this.#init.pairing.unpair(who, signal)
  readonly switch: Operations['switch'] = (request, signal) => this.#init.switches.switch(request, signal)
  readonly switchLog: Operations['switchLog'] = (request) => this.#init.switches.switchLog(request)
  readonly devicesTest: Operations['devicesTest'] = (request, signal) =>
    this.#init.devices.devicesTest(request, signal)
  readonly devicesScan: Operations['devicesScan'] = (request, signal) =>
    this.#init.devices.devicesScan(request, signal)
  readonly pipe: Operations['pipe'] = (request, signal) => pipe(this.#init.pipe, request, signal)
  readonly serve: Operations['serve'] = (request, signal) => this.#init.served.serve(request, signal)
  readonly accept: Operations['accept'] = (request, signal) => this.#init.served.accept(request, signal)
}
