import { type Clock, withDeadline } from '../../clock.ts'
import { isConfigError, type ProblemView, problemLine, problemView } from '../../config/config-error.ts'
import type { LoadedConfig } from '../../config/loading.ts'
import { thisMachine } from '../../config/machine-size.ts'
import { checkFiles } from '../../config/scaled-limits.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { defined } from '../../defined.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { ChipModelFactory } from '../../hal/simulated/model.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { changesOf, isBelow } from './changes.ts'
import type { FileWatch } from './file-watch.ts'
import { type LiveOption, type Plan, planOf } from './plan.ts'
import type { ConfigReload, ConfigStatus } from './views.ts'

/** Where the configuration of this node comes from. */
export interface ConfigSource {
  /** The file, absolute. */
  readonly file: string
  /** Reads and checks everything anew. @throws ConfigError, NodeError 'bad-config' */
  load(given: GivenLoad): Promise<LoadedSource>
  /** Sets the lowest level of the log's lines. */
  setLogLevel(level: NodeConfig['log']['level']): void
}

export interface GivenLoad {
  /** In place of the file's. */
  readonly text?: string
  /** The modules that it may name: code comes in by a start, on the machine itself. */
  readonly modules: readonly string[]
}

export interface LoadedSource extends Pick<LoadedConfig, 'config' | 'provenance' | 'warnings'> {
  /** Models of chips from outside, by type, for a simulated world. */
  readonly models?: Readonly<Record<string, ChipModelFactory>>
}

/** A part of the node that takes its options while it runs. */
export interface LivePart {
  readonly options: readonly LiveOption[]
  /** Called by each reload, for what changes with the lines of the file. */
  readonly always?: boolean
  /** Called where one of them has changed, once LiveConfig.current has it. What did not change is left alone. */
  apply(config: NodeConfig, loaded: LoadedSource): void | Promise<void>
}

interface Failure {
  readonly paths: readonly string[]
  readonly message: string
}

export interface LiveConfigInit {
  readonly config: NodeConfig
  /** undefined where the configuration is no file. */
  readonly source: ConfigSource | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The configuration as the running node has it, and its reload. */
export class LiveConfig {
  readonly #init: LiveConfigInit
  #current: NodeConfig
  #wanted: NodeConfig
  #parts: readonly LivePart[] = []
  #canRun: (sensor: NodeConfig['sensors'][number], next: NodeConfig) => boolean = () => false
  #pending: readonly string[] = []
  /** What could not be applied: each reload tries it again. */
  readonly #failed = new Map<LivePart, Failure>()
  #refused: ConfigStatus['refused']
  /** Settles when the newest of what runs or waits has ended. */
  #last: Promise<unknown> = Promise.resolve()
  /** A reload that has not begun. */
  #waiting: Promise<ConfigReload> | undefined
  /** Models of chips from outside, as they were loaded last. */
  #models: LoadedSource['models']
  #watch: FileWatch | undefined
  #isEnded = false

  constructor(init: LiveConfigInit) {
    this.#init = init
    this.#current = init.config
    this.#wanted = init.config
  }

  get current(): NodeConfig {
    return this.#current
  }

  /** undefined where the configuration is no file. */
  get source(): ConfigSource | undefined {
    return this.#init.source
  }

  /** What the file says, as it was taken last, with all that waits for the next start. */
  get wanted(): NodeConfig {
    return this.#wanted
  }

  /** The modules whose code this run has. */
  get modules(): readonly string[] {
    return this.#init.config.devices
  }

  /** undefined where the node runs as the file says. */
  get status(): ConfigStatus | undefined {
    const pending = this.#notInForce()
    if (pending.length === 0 && this.#refused === undefined) return undefined
    const failed = this.#failures()
    return {
      pending,
      ...(failed.length === 0 ? {} : { failed }),
      ...(this.#refused === undefined ? {} : { refused: this.#refused })
    }
  }

  /** What the node does not have as the file says. */
  #notInForce(): string[] {
    return [...new Set([...this.#pending, ...this.#failedPaths()])]
  }

  #failedPaths(): string[] {
    return [...this.#failed.values()].flatMap(({ paths }) => paths)
  }

  #failures(): ProblemView[] {
    return [...this.#failed.values()].map(({ paths, message }) => ({
      level: 'error',
      origin: '',
      path: paths.join(', '),
      message: `cannot be applied: ${message}`,
      hint: 'each reload tries it again'
    }))
  }

  get startable(): Startable {
    return {
      name: 'configuration',
      start: () => this.#setWatching(this.#current.watch),
      stop: async () => {
        this.#isEnded = true
        this.#watch?.stop()
        await this.#ended()
      }
    }
  }

  /** Waits for the reloads that were asked for: the parts that they change stop next. */
  async #ended(): Promise<void> {
    const { clock, log } = this.#init
    const work = async (): Promise<unknown> => await this.#last
    await withDeadline(clock, STOP, 'ending a reload', work).catch((error: unknown) =>
      log.warn(describeError(error))
    )
  }

  async #setWatching(wanted: boolean): Promise<void> {
    const { source, clock } = this.#init
    if (!wanted || source === undefined || this.#isEnded) return
    const { FileWatch } = await import('./file-watch.ts')
    this.#watch ??= new FileWatch({ file: source.file, clock, changed: () => void this.reload() })
    this.#watch.start()
  }

  /**
   * Says which parts take options while they run, in the order in which they do.
   * @param canRun whether this run has all that a sensor of the next configuration needs
   */
  take(
    parts: readonly LivePart[],
    canRun: (sensor: NodeConfig['sensors'][number], next: NodeConfig) => boolean
  ): void {
    const watch: LivePart = { options: ['watch'], apply: ({ watch }) => this.#setWatching(watch) }
    this.#parts = [...parts, watch]
    this.#canRun = canRun
  }

  /**
   * Reads the configuration anew and applies what can be applied without a restart. One reload runs at a time: those
   * who ask meanwhile share one more that begins afterwards, so that the newest content wins.
   * @throws NodeError 'no-config-file' where the configuration is no file
   */
  reload(): Promise<ConfigReload> {
    const { source } = this.#init
    if (source === undefined)
      return Promise.reject(
        new NodeError('no-config-file', 'this node has its configuration from a program, not from a file', {
          hint: 'restart it with another one'
        })
      )
    this.#waiting ??= this.#queue(() => {
      this.#waiting = undefined
      return this.#attempt(() => this.#load(source))
    })
    return this.#waiting
  }

  /**
   * Keeps what the node has now.
   * @returns what applies it again, whatever the file says then; it never rejects
   */
  keep(): () => Promise<ConfigReload> {
    const [config, refused] = [this.#wanted, this.#refused]
    return () =>
      this.#queue(async () => {
        const models = defined({ models: this.#models })
        const result = await this.#attempt(async () => ({ config, provenance: [], warnings: [], ...models }))
        // It was told of the file that is there again.
        if (result.state !== 'refused') this.#refused = refused
        return result
      })
  }

  /** One at a time, in the order in which they were asked for. */
  #queue(work: () => Promise<ConfigReload>): Promise<ConfigReload> {
    const done = this.#last.then(work)
    this.#last = done
    return done
  }

  /** What a configuration would change. */
  plan(next: NodeConfig): Plan {
    const live = this.#parts.flatMap(({ options }) => options)
    return planOf(this.#current, next, live, (sensor) => this.#canRun(sensor, next))
  }

  /** @throws NodeError 'bad-config' where it is not taken although it has no error by itself */
  check({ config, provenance }: LoadedSource): void {
    checkFiles(config, thisMachine())
    const isEmpty = provenance.every(({ origin }) => origin.kind !== 'file')
    // A disk that is full, a slow copy or a power cut leaves such a file.
    if (isEmpty && changesOf(this.#wanted, config).length > 0)
      throw new NodeError('bad-config', 'the configuration file sets no option any more', {
        hint: 'to have the defaults in force, write name: NAME into it'
      })
  }

  /** A configuration that is wrong changes nothing. Never rejects. */
  async #attempt(loading: () => Promise<LoadedSource>): Promise<ConfigReload> {
    try {
      const loaded = await loading()
      if (this.#isEnded) throw new NodeError('closing', 'the node stops')
      return await this.#apply(loaded)
    } catch (error) {
      return this.#refuse(error)
    }
  }

  async #load(source: ConfigSource): Promise<LoadedSource> {
    const loaded = await source.load({ modules: this.modules })
    this.check(loaded)
    this.#models = loaded.models
    return loaded
  }

  async #apply(loaded: LoadedSource): Promise<ConfigReload> {
    const { config } = loaded
    const { target, applied, pending } = this.plan(config)
    this.#refused = undefined
    const before = this.#pending
    this.#pending = pending.map(({ path }) => path)
    this.#current = target
    this.#wanted = config
    const tried = new Set([...applied.map(({ path }) => path), ...this.#failedPaths()])
    const skipped: LivePart[] = []
    for (const part of this.#parts) {
      // A part that has stopped with the node opens nothing any more.
      if (this.#isEnded) {
        skipped.push(part)
        continue
      }
      const failed = this.#failed.get(part)?.paths ?? []
      const concerned = [...tried].filter(
        (path) => failed.includes(path) || part.options.some((option) => isBelow(path, option))
      )
      if (concerned.length > 0 || part.always === true) await this.#applyPart(part, loaded, concerned)
    }
    const isNew = this.#pending.some((path) => !before.includes(path))
    const failed = this.#failedPaths()
    const isApplied = (path: string): boolean =>
      !failed.includes(path) && !skipped.some((part) => part.options.some((option) => isBelow(path, option)))
    return this.#report(loaded, [...tried].filter(isApplied), isNew)
  }

  /** What fails is named in `status` until it is applied. */
  async #applyPart(part: LivePart, loaded: LoadedSource, concerned: readonly string[]): Promise<void> {
    try {
      await part.apply(this.#current, loaded)
      this.#failed.delete(part)
    } catch (error) {
      const paths = concerned.length > 0 ? concerned : part.options
      const message = describeError(error)
      this.#init.log.error(`${paths.join(', ')} cannot be applied: ${message}`)
      this.#failed.set(part, { paths, message })
    }
  }

  #report({ warnings }: LoadedSource, changed: readonly string[], isNew: boolean): ConfigReload {
    const { log } = this.#init
    for (const warning of warnings) log.warn(problemLine(warning))
    if (changed.length > 0) log.info('the configuration is applied', { changed })
    if (isNew) log.warn('a change of the configuration needs a restart', { options: this.#pending })
    return {
      state: changed.length > 0 ? 'applied' : 'unchanged',
      changed: [...changed],
      pending: this.#notInForce(),
      problems: [...this.#failures(), ...warnings.map((warning) => problemView('warning', warning))]
    }
  }

  #refuse(error: unknown): ConfigReload {
    const { clock, log } = this.#init
    const problems = problemsOf(error)
    this.#refused = { at: clock.now() / 1000, problems }
    log.warn(`the configuration is not taken, the one of before stays in force: ${describeError(error)}`)
    return { state: 'refused', changed: [], pending: this.#notInForce(), problems }
  }
}

/** Milliseconds for a reload to end. */
const STOP = 5_000

/** Problems that are told; of the others, only the number. */
const MAX_PROBLEMS = 50

export function problemsOf(error: unknown): ProblemView[] {
  if (isConfigError(error)) {
    const shown = error.problems.slice(0, MAX_PROBLEMS).map((problem) => problemView('error', problem))
    const more = error.problems.length - shown.length
    return more === 0
      ? shown
      : [...shown, { level: 'error', origin: '', path: '', message: `and ${more} more` }]
  }
  const hint = isNodeError(error) ? error.hint : undefined
  const message = error instanceof Error ? error.message : String(error)
  return [{ level: 'error', origin: '', path: '', message, ...(hint === undefined ? {} : { hint }) }]
}
