import { isNodeError, NodeError } from '../../../error.ts'
import type { Contents } from '../../../node/backup/backup-home.ts'
import { bytes } from '../../../node/format-units.ts'
import { jsonLine } from '../../../node/log/sanitize.ts'
import { defineCommand } from '../../command-line/command.ts'
import { OUTPUT_CLOSED } from '../../command-line/exit-status.ts'
import { versionLine } from '../../command-line/version.ts'
import { type AnsiStyle, plain } from '../../terminal/ansi-style.ts'
import { facts } from '../../terminal/table.ts'

export const backup = defineCommand({
  name: 'backup',
  summary: 'write the home into one file, with key, book and history, also while the node runs',
  options: {
    overwrite: { kind: 'flag', summary: 'replace FILE if it exists' },
    'without-history': { kind: 'flag', summary: 'leave out the history' }
  },
  positionals: [
    { name: 'FILE', summary: 'the file to write, outside the home; - is stdout', required: true }
  ],
  example: 'kith backup /media/usb/hall.kith.tar',
  async run({ home, options, positionals, json, terminal, clock, signal }) {
    const [file] = positionals
    if (file === undefined) throw new NodeError('usage', 'kith backup: which FILE?')
    const { backupHome, streamHome } = await import('../../../node/backup/backup-home.ts')
    const history = options['without-history'] !== true
    const request = { home, history, now: clock.now(), version: versionLine(), signal }
    if (file === '-') {
      if (terminal.stdout.isTTY === true)
        throw new NodeError('usage', 'kith backup -: stdout is a terminal; send it to a file or a program')
      const made = await streamHome(request, async (chunk) => {
        // A full pipe takes it later.
        terminal.bytes(Buffer.from(chunk))
        await terminal.drained(signal)
        signal.throwIfAborted()
      }).catch((error: unknown) => {
        throw isNodeError(error, OUTPUT_CLOSED) ? cutOff() : error
      })
      for (const line of json ? [jsonLine(made)] : summary('stdout', made, plain)) terminal.remark(line)
      return
    }
    const made = await backupHome({ ...request, file, overwrite: options.overwrite === true })
    if (json) return terminal.json(made)
    terminal.prose([
      ...summary(made.file, made, terminal.ansi),
      `  ${terminal.ansi(`kith restore --check ${made.file}`, 'bold')} checks it, kith restore makes a node of it.`
    ])
  }
})

function cutOff(): NodeError {
  return new NodeError('backup-cut', 'the reader of the backup ended before all of it was written', {
    hint: 'what was read is not a complete backup; try again',
    remedy: 'retry'
  })
}

function summary(place: string, { bytes: size, files, peer, leftOut }: Contents, ansi: AnsiStyle): string[] {
  const rows = [
    ['written', `${place}, ${bytes(size)}, ${files.length} files`],
    ['PeerId', peer],
    ...(leftOut.length === 0 ? [] : [['left out', [...leftOut]] as const])
  ] as const
  return [
    ...facts(rows, ansi),
    '',
    '  It holds the key: whoever has this file can be this node. Keep it where only you can read it.'
  ]
}
