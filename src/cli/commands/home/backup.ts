import { NodeError } from '../../../error.ts'
import { defineCommand } from '../../command-line/command.ts'
import { versionLine } from '../../command-line/version.ts'
import { bytes } from '../../terminal/format-units.ts'
import { facts } from '../../terminal/table.ts'

export const backup = defineCommand({
  name: 'backup',
  summary: 'write the home into one file, with key, book and history, also while the node runs',
  options: {
    overwrite: { kind: 'flag', summary: 'replace FILE if it exists' },
    'without-history': { kind: 'flag', summary: 'leave out the history' }
  },
  positionals: [{ name: 'FILE', summary: 'the file to write, outside the home', required: true }],
  example: 'kith backup /media/usb/hall.kith.tar',
  async run({ home, options, positionals, json, terminal, clock, signal }) {
    const [file] = positionals
    if (file === undefined) throw new NodeError('usage', 'kith backup: which FILE?')
    const { backupHome } = await import('../../../node/backup/backup-home.ts')
    const made = await backupHome({
      home,
      file,
      overwrite: options.overwrite === true,
      history: options['without-history'] !== true,
      now: clock.now(),
      version: versionLine(),
      signal
    })
    if (json) return terminal.json(made)
    const leftOut = made.leftOut.length === 0 ? [] : [['left out', [...made.leftOut]] as const]
    terminal.lines([
      ...facts(
        [
          ['written', `${made.file}, ${bytes(made.bytes)}, ${made.files.length} files`],
          ['PeerId', made.peer],
          ...leftOut
        ],
        terminal.ansi
      ),
      '',
      '  It holds the key: whoever has this file can be this node. Keep it where only you can read it.',
      `  ${terminal.ansi(`kith restore --check ${made.file}`, 'bold')} checks it, kith restore makes a node of it.`
    ])
  }
})
