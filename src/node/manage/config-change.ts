import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Cancel, Clock } from '../../clock.ts'
import { type ProblemView, problemView } from '../../config/config-error.ts'
import { formatOrigin } from '../../config/origin.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { isSecret, mayHaveSecret } from '../../config/secrets.ts'
import { readConfigFile } from '../../config/yaml/config-file.ts'
import { describeError, isNodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Access } from '../../peer/access/access.ts'
import type { Caller } from '../../peer/admission.ts'
import { ManageError } from '../../protocol/manage/index.ts'
import {
  type ConfigSource,
  type LiveConfig,
  type LoadedSource,
  problemsOf
} from '../configuration/live-config.ts'
import {
  hashOf,
  keepUnconfirmed,
  restoreUnconfirmed,
  writeUnconfirmed
} from '../configuration/unconfirmed.ts'
import type { ConfigReload } from '../configuration/views.ts'
import { type Need, neededWords } from './needed-words.ts'
import type { ConfigPutResult, ConfigView } from './views.ts'

export interface ConfigChangeInit {
  readonly live: LiveConfig
  readonly access: Pick<Access, 'may'>
  readonly clock: Clock
  readonly log: Log
  readonly labelOf: (peer: string) => string
  /** Milliseconds within which a put is confirmed. */
  readonly confirm: number
}

interface Unconfirmed {
  readonly ticket: string
  readonly peer: string
  /** Ends the wait for the confirmation. */
  readonly cancel: Cancel
}

/** The configuration of this node as peers read and change it from afar. */
export class ConfigChange {
  readonly #init: ConfigChangeInit
  #unconfirmed: Unconfirmed | undefined
  #isPutting = false
  #isStopped = false

  constructor(init: ConfigChangeInit) {
    this.#init = init
  }

  async show(): Promise<ConfigView> {
    const source = this.#source()
    const { file } = source
    const content = readConfigFile(file, true) ?? ''
    const head = { file, sha256: hashOf(content) }
    try {
      const { provenance } = await source.load({ modules: this.#init.live.modules })
      const set = provenance.filter(({ origin }) => origin.kind !== 'default')
      const hasSecret = set.some(({ path, origin }) => origin.kind === 'file' && isSecret(path))
      const options = set.map(({ path, text, origin }) => ({
        path,
        text: isSecret(path) ? '(secret)' : text,
        origin: formatOrigin(origin)
      }))
      return { ...head, ...(hasSecret ? {} : { text: content }), options, problems: [] }
    } catch (error) {
      return { ...head, ...(mayHaveSecret(content) ? {} : { text: content }), problems: problemsOf(error) }
    }
  }

  /** Checks a text without applying it, and whether the caller might. */
  async check(text: string, caller: Caller): Promise<ConfigPutResult> {
    const before = readConfigFile(this.#source().file, true) ?? ''
    const checked = await this.#checked(text, before, caller)
    if ('state' in checked) return checked
    const { applied, pending } = this.#init.live.plan(checked.config)
    return {
      state: 'checked',
      changed: applied.map(({ path }) => path),
      pending: pending.map(({ path }) => path),
      problems: checked.warnings.map((warning) => problemView('warning', warning))
    }
  }

  /**
   * Applies a text and keeps it as the file, if it is confirmed in time.
   * @param base the hash of the file that it was made of
   * @throws ManageError 'busy', 'changed', 'unsupported'
   */
  async put(text: string, base: string, caller: Caller): Promise<ConfigPutResult> {
    const { file } = this.#source()
    if (this.#isPutting || this.#unconfirmed !== undefined)
      throw new ManageError('busy', 'another change waits for its confirmation')
    if (existsSync(`${file}.unconfirmed`))
      throw new ManageError('busy', `the next start there brings ${file}.unconfirmed back`)
    this.#isPutting = true
    try {
      const before = fileOf(file, base)
      const checked = await this.#checked(text, before, caller)
      if ('state' in checked) return checked
      // It may have been edited there meanwhile.
      fileOf(file, base)
      this.#throwIfStopped()
      if (before === text) return await this.#init.live.reload()
      write(() => writeUnconfirmed(file, before, text))
      return await this.#applied(file, caller)
    } finally {
      this.#isPutting = false
    }
  }

  /** @throws ManageError 'gone' where nothing waits for it */
  confirm(ticket: string, caller: Caller): void {
    const waiting = this.#unconfirmed
    if (waiting === undefined || waiting.ticket !== ticket || waiting.peer !== caller.peer)
      throw new ManageError('gone', 'no change waits for this confirmation')
    // Where this fails the time for it goes on.
    write(() => keepUnconfirmed(this.#source().file))
    this.#end()
    this.#init.log.info('the configuration is confirmed', {
      who: this.#init.labelOf(caller.peer),
      peer: caller.peer
    })
  }

  /** What waits stays so: the next start brings the one of before back. */
  stop(): void {
    this.#isStopped = true
    this.#end()
  }

  async #applied(file: string, caller: Caller): Promise<ConfigPutResult> {
    const { live, confirm, log, labelOf } = this.#init
    const undo = live.keep()
    const result = await live.reload()
    if (result.state === 'refused') {
      // The file has been edited here meanwhile, or cannot be read.
      write(() => restoreUnconfirmed(file))
      return result
    }
    this.#throwIfStopped()
    log.info('the configuration was put from afar', {
      who: labelOf(caller.peer),
      peer: caller.peer,
      changed: result.changed
    })
    const ticket = randomBytes(16).toString('hex')
    this.#await(ticket, caller.peer, () => void this.#revert(file, undo))
    return { ...result, ticket, confirm: confirm / 1000 }
  }

  #await(ticket: string, peer: string, revert: () => void): void {
    const { clock, confirm } = this.#init
    this.#unconfirmed = { ticket, peer, cancel: clock.after(confirm, revert) }
  }

  /** Never rejects. */
  async #revert(file: string, undo: () => Promise<ConfigReload>): Promise<void> {
    const { log } = this.#init
    this.#end()
    try {
      if (!restoreUnconfirmed(file)) return
      await undo()
      log.warn('the configuration that was put is not confirmed: the one of before is in force again')
    } catch (error) {
      log.error(`the file of before cannot be brought back: ${describeError(error)}`)
      // No ticket is empty: it can be confirmed no more, and nothing else is put meanwhile.
      this.#await('', '', () => void this.#revert(file, undo))
      await undo()
    }
  }

  /** @throws ManageError 'unsupported'; a file that waits is brought back by the next start */
  #throwIfStopped(): void {
    if (this.#isStopped) throw new ManageError('unsupported', 'the node stops')
  }

  #end(): void {
    this.#unconfirmed?.cancel()
    this.#unconfirmed = undefined
  }

  /** @throws ManageError 'unsupported' */
  #source(): ConfigSource {
    const { source } = this.#init.live
    if (source !== undefined) return source
    throw new ManageError('unsupported', 'this node has its configuration from a program, not from a file')
  }

  /**
   * Loads no code and changes nothing.
   * @param before the file that the text would replace
   * @returns the text as a configuration, or every reason why it is not taken
   */
  async #checked(text: string, before: string, caller: Caller): Promise<LoadedSource | ConfigPutResult> {
    const { live } = this.#init
    try {
      const loaded = await this.#load(text)
      live.check(loaded)
      const problems = this.#missingWords(await this.#needs(before, loaded.config), loaded, caller)
      return problems.length === 0 ? loaded : refused(problems)
    } catch (error) {
      if (error instanceof ManageError) throw error
      return refused(problemsOf(error))
    }
  }

  async #load(text: string): Promise<LoadedSource> {
    return await this.#source().load({ text, modules: this.#init.live.modules })
  }

  /** By what is in force, and by the file that is replaced: it may have been edited there and not been taken yet. */
  async #needs(before: string, after: NodeConfig): Promise<Need[]> {
    const { live } = this.#init
    const needs = neededWords(live.wanted, after)
    try {
      const { config } = await this.#load(before)
      const isNew = (need: Need): boolean => !needs.some((other) => isDeepStrictEqual(other, need))
      return [...needs, ...neededWords(config, after).filter(isNew)]
    } catch (error) {
      if (error instanceof ManageError) throw error
      // What its author meant cannot be told.
      return [...needs, { path: '', word: 'own', on: { kind: 'node' } }]
    }
  }

  #missingWords(needs: readonly Need[], loaded: LoadedSource, caller: Caller): ProblemView[] {
    const { access } = this.#init
    const missing = needs.filter(
      ({ word, on }) => word === 'local' || !access.may({ kind: 'peer', caller }, word, on).allowed
    )
    return missing.map((need) => missingWord(need, loaded))
  }
}

/** @param base the hash that it must have @throws ManageError 'changed' */
function fileOf(file: string, base: string): string {
  const text = readConfigFile(file, true) ?? ''
  if (hashOf(text) === base) return text
  throw new ManageError('changed', 'the file there is not any more what this one was made of')
}

function refused(problems: ProblemView[]): ConfigPutResult {
  return { state: 'refused', changed: [], pending: [], problems }
}

function missingWord({ path, word, on }: Need, { config, provenance }: LoadedSource): ProblemView {
  const message =
    word === 'local'
      ? 'can be changed only on the machine itself'
      : path === ''
        ? 'the file there has errors: to replace it needs own'
        : `a change of it needs ${word}`
  const right = on.kind === 'node' ? word : `${word}:${on.name}`
  const hint =
    word === 'local'
      ? 'log in there, change kith.yaml, then: kith config reload'
      : `the owner of that node grants it: kith book add NAME --may ${right}`
  const [option = '', name] = path.split('.')
  const list: unknown = Reflect.get(config, option)
  const index = Array.isArray(list) ? list.findIndex((entry) => entry?.name === name) : -1
  const place = index === -1 ? path : `${option}[${index}]`
  const written = provenance.find(
    ({ path: at, origin }) => path !== '' && at.startsWith(place) && origin.kind !== 'default'
  )?.origin
  return {
    level: 'error',
    origin: written === undefined ? '' : formatOrigin(written),
    ...(written?.kind === 'file' ? { file: written.file, line: written.line, column: written.column } : {}),
    path,
    message,
    hint
  }
}

/** @throws ManageError 'unsupported' where the file cannot be written */
function write(work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new ManageError('unsupported', isNodeError(error) ? error.message : describeError(error))
  }
}
