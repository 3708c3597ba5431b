import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { NodeError } from '../../../error.ts'
import { INSTALLATION } from '../../../installation.ts'
import { type CommandGroup, type Context, defineCommand } from '../../command-line/command.ts'
import { SERVICE_HOME } from '../../home.ts'
import type { Run, ServiceInstaller } from '../../service/installer.ts'
import { facts, table } from '../../terminal/table.ts'

/** Milliseconds that a program of the system may take: the start of the node is the longest. */
const PROGRAM_MS = 200_000

const show = defineCommand({
  name: 'show',
  summary: 'list the files of the service, and whether they are there',
  options: {},
  positionals: [],
  example: 'kith service',
  async run(context) {
    const files = await (await installer()).files()
    if (context.json) return context.terminal.json({ files, home: SERVICE_HOME })
    const { width, ansi } = context.terminal
    const rows = files.map(({ path, there }) => [{ text: path }, { text: there ? 'installed' : '-' }])
    context.terminal.lines(table([{ title: 'FILE' }, { title: '' }], rows, { width, ansi }))
  }
})

const install = defineCommand({
  name: 'install',
  summary: 'run kith as a service of this machine, with a user and a home of its own',
  options: {},
  positionals: [],
  example: 'sudo kith service install',
  leave: PROGRAM_MS,
  async run(context) {
    needSystem('install')
    const { changed, home } = await (await installer()).install()
    if (context.json) return context.terminal.json({ changed, home })
    context.terminal.prose([
      ...written(changed, 'written', 'nothing: every file was as it should be', context),
      '',
      `  The service runs. Edit ${home}/kith.yaml, then: sudo systemctl restart kith`,
      '  To ask it without sudo: sudo usermod -aG kith "$USER", and log in again'
    ])
  }
})

const remove = defineCommand({
  name: 'remove',
  summary: 'stop the service and remove its files; its home, with key and history, is kept',
  options: {
    purge: { kind: 'flag', summary: `remove ${SERVICE_HOME} too, and with it the PeerId` }
  },
  positionals: [],
  example: 'sudo kith service remove',
  leave: PROGRAM_MS,
  async run(context) {
    needSystem('remove')
    const purge = context.options.purge === true
    const { changed, home } = await (await installer()).remove({ purge })
    const isKept = existsSync(home)
    if (context.json) return context.terminal.json({ changed, home: isKept ? home : null })
    context.terminal.prose([
      ...written(changed, 'removed', 'nothing: the service is not installed', context),
      ...(isKept ? ['', `  Its home is still in ${home}; kith service remove --purge removes it.`] : [])
    ])
  }
})

export const service: CommandGroup = {
  name: 'service',
  summary: 'kith as a service of this machine, where it did not come as a Debian package',
  example: 'sudo kith service install',
  actions: [show, install, remove]
}

function written(changed: readonly string[], what: string, none: string, { terminal }: Context): string[] {
  const paths = changed.length === 0 ? [none] : changed
  return facts(
    paths.map((path, i) => [i === 0 ? what : '', path]),
    terminal.ansi
  )
}

/** @throws NodeError 'denied', 'no-systemd' */
function needSystem(action: string): void {
  if (!existsSync('/run/systemd/system'))
    throw new NodeError('no-systemd', `kith service ${action}: systemd does not run on this machine`, {
      hint: 'start `kith run` by what starts programs here'
    })
  if (process.geteuid?.() !== 0)
    throw new NodeError(
      'denied',
      `kith service ${action}: only root may change the services of this machine`,
      {
        hint: `sudo "$(command -v kith)" service ${action}`
      }
    )
}

async function installer(): Promise<ServiceInstaller> {
  const [{ ServiceInstaller }, { newHomeFiles }] = await Promise.all([
    import('../../service/installer.ts'),
    import('../init.ts')
  ])
  // As the service will see them, whatever links a version manager put in front.
  const [node, installation] = await Promise.all([
    realpath(process.execPath),
    realpath(fileURLToPath(INSTALLATION))
  ])
  return new ServiceInstaller({
    program: { node, installation },
    sources: fileURLToPath(new URL('deploy/systemd', INSTALLATION)),
    homeFiles: () => newHomeFiles({ home: SERVICE_HOME, environment: {} }, {}),
    run: runProgram
  })
}

const runProgram: Run = (program, ...words) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], timeout: PROGRAM_MS })
    const output: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(0, 4096)
      })
    const fail = (why: string): void =>
      reject(
        new NodeError('service-failed', `${[program, ...words].join(' ')}: ${why.trim()}`, {
          hint: 'journalctl -u kith says more, if the node itself does not start'
        })
      )
    child.once('error', (error) => fail(error.message))
    child.once('close', (status) =>
      status === 0 ? resolve(output.stdout) : fail(output.stderr || `status ${status}`)
    )
  })
