import { join } from 'node:path'
import { NodeError } from '../../../error.ts'
import type { ReplaceInit } from '../../../node/backup/replace-identity.ts'
import type { ArchiveSource, Restored, StagedHome } from '../../../node/backup/restore-home.ts'
import { bytes } from '../../../node/format-units.ts'
import { type Context, defineCommand, type Options } from '../../command-line/command.ts'
import { loadNodeConfig } from '../../load-config.ts'
import { facts } from '../../terminal/table.ts'

const options = {
  check: { kind: 'flag', summary: 'only check the backup, and print what is in it' },
  'new-identity': {
    kind: 'flag',
    summary: 'make another node of it, with a key of its own, in the place of the former'
  }
} as const satisfies Options

export const restore = defineCommand({
  name: 'restore',
  summary: 'make a home of a backup; an existing home is never overwritten',
  options,
  positionals: [{ name: 'FILE', summary: 'a file that kith backup made; - is stdin', required: true }],
  example: 'kith restore hall.kith.tar --home /var/lib/kith',
  makesHome: true,
  async run(context) {
    const { options } = context
    if (options.check === true && options['new-identity'] === true)
      throw new NodeError('usage', 'kith restore: --check and --new-identity exclude each other')
    return options.check === true ? await check(context) : await fill(context)
  }
})

type RestoreContext = Context<typeof options>

function fileOf({ positionals, bytes }: RestoreContext): ArchiveSource {
  const [file] = positionals
  if (file === undefined) throw new NodeError('usage', 'kith restore: which FILE?')
  if (file !== '-') return file
  const { input } = bytes()
  if ('isTTY' in input && input.isTTY === true)
    throw new NodeError('usage', 'kith restore -: stdin is a terminal; a backup is read from it')
  return input
}

async function check(context: RestoreContext): Promise<void> {
  const { terminal, json, signal } = context
  const { checkBackup } = await import('../../../node/backup/restore-home.ts')
  const { manifest, files } = await checkBackup(fileOf(context), signal)
  const names = files.map(({ name, size }) => ({ name, bytes: size }))
  if (json) return terminal.json({ ...manifest, files: names })
  terminal.prose(
    facts(
      [
        ['PeerId', manifest.peer],
        ['made', `${manifest.created} by kith ${manifest.kith}`],
        ['files', names.map((one) => `${one.name}, ${bytes(one.bytes)}`)],
        ['checksums', 'all right']
      ],
      terminal.ansi
    )
  )
}

async function fill(context: RestoreContext): Promise<void> {
  const { home, options, terminal, json, clock, signal } = context
  const { restoreHome } = await import('../../../node/backup/restore-home.ts')
  const isNew = options['new-identity'] === true
  const warnings: string[] = []
  let name = ''
  const restored = await restoreHome({
    file: fileOf(context),
    home,
    now: clock.now(),
    signal,
    ...(isNew && {
      replace: async (staged: StagedHome) => {
        const { replaceIdentity } = await import('../../../node/backup/replace-identity.ts')
        const init = await replaceInit(context, staged, (message) => warnings.push(message))
        name = init.config.name
        return await replaceIdentity(staged, init)
      }
    })
  })
  if (json) return terminal.json({ ...restored, warnings })
  const { manifest, files } = restored
  terminal.prose([
    ...facts(
      [
        ['PeerId', isNew ? `${restored.peer}, new` : restored.peer],
        ['home', restored.home],
        ['restored', `${files.length} files of ${manifest.created}`],
        ...(warnings.length === 0 ? [] : [['but', warnings] as const])
      ],
      terminal.ansi
    ),
    '',
    ...(isNew ? adviceForNew(restored, name) : adviceForSame(restored))
  ])
}

function adviceForSame({ peer }: Restored): string[] {
  return [
    `  This home is ${peer} now. The former one must never run again: two nodes with one key`,
    '  spoil each other. If it may, restore with --new-identity instead.'
  ]
}

function adviceForNew({ peer, manifest }: Restored, name: string): string[] {
  return [
    `  This is another node in the place of ${manifest.peer}. Its neighbours do not know`,
    '  it yet. Tell their owners; at each neighbour whose book has the former one:',
    '',
    `    kith book remove ${name}`,
    `    kith book add ${name} ${peer}`,
    '',
    '  If the former key may be in the hands of others, add the former PeerId to deny: at each neighbour.'
  ]
}

/** By the configuration in the backup; one with an error has the built-in quantities and limits. */
async function replaceInit(
  { environment, clock }: RestoreContext,
  { folder }: StagedHome,
  warn: (message: string) => void
): Promise<ReplaceInit> {
  const { config, outside } = await loadNodeConfig({ home: folder, environment }).catch(async () => {
    warn('kith.yaml has errors, which kith config check lists')
    return await loadNodeConfig({ home: join(folder, 'absent'), environment: {} })
  })
  return { config, devices: outside.devices, warn, now: clock.now() }
}
