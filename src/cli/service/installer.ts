import { constants } from 'node:fs'
import { lstat, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { NodeError } from '../../error.ts'
import { writeAtomic } from '../../write-atomic.ts'
import { SERVICE_HOME } from '../home.ts'
import { MARK, type Program, tmpfilesText, unitText } from './unit-text.ts'

/** Runs a program of the system. @throws NodeError where it fails */
export type Run = (program: string, ...words: readonly string[]) => Promise<string>

export interface InstallerInit {
  readonly program: Omit<Program, 'systemd'>
  /** The folder deploy/systemd. */
  readonly sources: string
  /** Texts of new files of the home, by name; asked for when they are needed. */
  readonly homeFiles: () => Promise<Readonly<Record<string, string>>>
  readonly run: Run
  /** In front of every absolute path; empty but for tests. */
  readonly root?: string
}

export interface Installed {
  /** Files that were written or removed; those that were as they should be are not among them. */
  readonly changed: readonly string[]
  readonly home: string
}

/** From deploy/systemd to where a person’s own files of systemd and udev are. */
const FILES: Readonly<Record<string, string>> = {
  'kith.service': '/etc/systemd/system/kith.service',
  'kith.sysusers': '/etc/sysusers.d/kith.conf',
  'kith.tmpfiles': '/etc/tmpfiles.d/kith.conf',
  'kith.modules': '/etc/modules-load.d/kith.conf',
  'kith.rules': '/etc/udev/rules.d/60-kith.rules'
}
const PACKAGED_UNIT = '/usr/lib/systemd/system/kith.service'
const CACHE = '/var/cache/kith'
/** What ProtectHome= of the unit hides. */
const HIDDEN = ['/home/', '/root/', '/run/user/']

/** Does on a Debian, for a kith that came by npm, what the Debian package does; and undoes it. */
export class ServiceInstaller {
  readonly #init: InstallerInit
  readonly #root: string

  constructor(init: InstallerInit) {
    this.#init = init
    this.#root = init.root ?? ''
  }

  /** The files of the service, and whether each is there. */
  async files(): Promise<{ readonly path: string; readonly there: boolean }[]> {
    const found = Object.values(FILES).map(async (path) => ({
      path,
      there: (await this.#read(path)) !== undefined
    }))
    return await Promise.all(found)
  }

  /**
   * Installs and starts the service, or brings an installed one up to date. Home and configuration are kept.
   * @throws NodeError 'service-packaged', 'service-hidden', 'service-foreign', 'service-failed'
   */
  async install(): Promise<Installed> {
    await this.#refusePackaged()
    await this.#checkProgram()
    const changed = await this.#writeFiles(await this.#texts())
    const { run } = this.#init
    await run('systemd-sysusers', this.#at(FILES['kith.sysusers']))
    await run('systemd-tmpfiles', '--create', this.#at(FILES['kith.tmpfiles']))
    const made = await this.#fillHome()
    await this.#devices()
    await run('systemctl', 'daemon-reload')
    await run('systemctl', 'enable', '--quiet', 'kith.service')
    // Also where nothing changed here: kith itself may have.
    await run('systemctl', 'restart', 'kith.service')
    return { changed: [...changed, ...made], home: SERVICE_HOME }
  }

  /**
   * Stops the service and removes its files; the home only where it is to be purged.
   * @throws NodeError 'service-packaged', 'service-foreign', 'service-failed'
   */
  async remove({ purge }: { readonly purge: boolean }): Promise<Installed> {
    await this.#refusePackaged()
    const there = (await this.files()).filter(({ there }) => there).map(({ path }) => path)
    for (const path of there) await this.#refuseForeign(path)
    const { run } = this.#init
    if (there.includes(FILES['kith.service'] ?? ''))
      await run('systemctl', 'disable', '--now', '--quiet', 'kith.service')
    for (const path of there) await rm(this.#at(path), { force: true })
    if (there.length > 0) await run('systemctl', 'daemon-reload')
    const purged = purge ? [SERVICE_HOME, CACHE] : []
    for (const path of purged) await rm(this.#at(path), { recursive: true, force: true })
    return { changed: [...there, ...purged], home: SERVICE_HOME }
  }

  async #refusePackaged(): Promise<void> {
    if ((await this.#read(PACKAGED_UNIT)) === undefined) return
    throw new NodeError('service-packaged', `the Debian package has the service already: ${PACKAGED_UNIT}`, {
      hint: 'sudo systemctl enable --now kith; or remove the package first: sudo apt remove kith'
    })
  }

  /** The service sees no homes of users, and must be able to read what it runs. */
  async #checkProgram(): Promise<void> {
    const { node, installation } = this.#init.program
    for (const path of [node, installation]) {
      const hint = 'install Node and kith for all users, below /usr or /opt, and call kith from there'
      if (HIDDEN.some((folder) => path.startsWith(folder)))
        throw new NodeError('service-hidden', `the service cannot see ${path}: it is in the home of a user`, {
          hint
        })
      for (let at = path; at !== dirname(at); at = dirname(at)) {
        const { mode } = await stat(this.#at(at))
        if ((mode & 0o005) !== 0o005)
          throw new NodeError('service-hidden', `the service cannot read ${at}: it is closed to others`, {
            hint
          })
      }
    }
  }

  async #texts(): Promise<[path: string, text: string][]> {
    const { run, program, sources } = this.#init
    const systemd = Number(/^systemd (\d+)/.exec(await run('systemctl', '--version'))?.[1])
    return await Promise.all(
      Object.entries(FILES).map(async ([name, path]): Promise<[string, string]> => {
        const text = await readFile(join(sources, name), 'utf8')
        if (name === 'kith.service') return [path, unitText(text, { ...program, systemd })]
        return [path, name === 'kith.tmpfiles' ? tmpfilesText(text) : `${MARK}\n${text}`]
      })
    )
  }

  async #writeFiles(texts: readonly [path: string, text: string][]): Promise<string[]> {
    for (const [path] of texts) await this.#refuseForeign(path)
    const changed: string[] = []
    for (const [path, text] of texts) {
      if ((await this.#read(path)) === text) continue
      await mkdir(dirname(this.#at(path)), { recursive: true })
      await writeAtomic(this.#at(path), text, 0o644)
      changed.push(path)
    }
    return changed
  }

  async #refuseForeign(path: string): Promise<void> {
    const text = await this.#read(path)
    if (text === undefined || text.startsWith(MARK)) return
    throw new NodeError('service-foreign', `${path} was not made by kith service install`, {
      hint: 'move it to another name first',
      remedy: 'stop'
    })
  }

  /** Never through a link: the user of the service may write in its home, and this is root. */
  async #fillHome(): Promise<string[]> {
    const home = this.#at(SERVICE_HOME)
    const { uid, gid } = await lstat(home)
    const made: string[] = []
    for (const [name, text] of Object.entries(await this.#init.homeFiles())) {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
      const file = await open(join(home, name), flags, 0o600).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      if (file === undefined) continue
      try {
        await file.writeFile(text)
        await file.chown(uid, gid)
      } finally {
        await file.close()
      }
      made.push(join(SERVICE_HOME, name))
    }
    return made
  }

  /** A machine without these, a container for example, has no buses either. */
  async #devices(): Promise<void> {
    const { run } = this.#init
    const tried = (program: string, ...words: string[]): Promise<unknown> =>
      run(program, ...words).catch(() => {})
    await tried('modprobe', '-q', 'i2c-dev')
    await tried('udevadm', 'control', '--reload')
    await tried('udevadm', 'trigger', '--subsystem-match=i2c-dev', '--subsystem-match=gpio')
  }

  async #read(path: string): Promise<string | undefined> {
    return await readFile(this.#at(path), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return undefined
    })
  }

  #at(path = ''): string {
    return `${this.#root}${path}`
  }
}
