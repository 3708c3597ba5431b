import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { NodeError } from '../../../error.ts'
import { journalLine } from '../../../node/log/journal-line.ts'
import { defineCommand } from '../../command-line/command.ts'
import { FAILED } from '../../command-line/exit-status.ts'

export const logs = defineCommand({
  name: 'logs',
  summary: 'show the log of the service',
  options: {
    follow: { kind: 'flag', short: 'f', summary: 'go on with each new line until Ctrl-C' },
    lines: { kind: 'count', short: 'n', value: 'N', summary: 'how many of the last lines (default: 50)' }
  },
  positionals: [],
  example: 'kith logs -f',
  async run({ options, json, terminal, signal }) {
    const follow = options.follow === true ? ['--follow'] : []
    const lines = `--lines=${options.lines ?? 50}`
    const words = ['--unit=kith.service', '--output=json', '--output-fields=MESSAGE', lines, ...follow]
    // journalctl itself says on stderr whose log this user may read.
    const child = spawn('journalctl', words, { stdio: ['ignore', 'pipe', 'inherit'] })
    const stop = (): unknown => child.kill()
    signal.addEventListener('abort', stop, { once: true })
    const ended = once(child, 'close').catch((error: unknown) => {
      throw new NodeError('no-journal', 'journalctl cannot be run', {
        hint: 'where systemd does not keep the log, it is where the output of `kith run` goes',
        cause: error
      })
    })
    for await (const line of createInterface({ input: child.stdout })) {
      const shown = journalLine(line, { json })
      if (shown !== undefined) terminal.line(shown)
    }
    const [status] = await ended
    return signal.aborted || status === 0 ? undefined : FAILED
  }
})
