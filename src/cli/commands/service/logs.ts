import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { NodeError } from '../../../error.ts'
import { journalLine } from '../../../node/log/journal-line.ts'
import { defineCommand } from '../../command-line/command.ts'
import { FAILED } from '../../command-line/exit-status.ts'

/** The last lines, unless asked for another number. */
const LINES = 50

export const logs = defineCommand({
  name: 'logs',
  summary: 'show the log of the service, or of another node',
  options: {
    follow: { kind: 'flag', short: 'f', summary: 'go on with each new line until Ctrl-C' },
    lines: { kind: 'count', short: 'n', value: 'N', summary: 'how many of the last lines (default: 50)' }
  },
  positionals: [{ name: 'WHO', summary: 'another node, which granted configure to this one' }],
  example: 'kith logs -f',
  async run(context) {
    const { options, json, terminal, signal, positionals } = context
    const [who] = positionals
    if (who !== undefined) {
      const [{ logsAfar }, { MAX_LOG_LINES }] = await Promise.all([
        import('../afar/logs.ts'),
        import('../../../node/api/manage/manage-ask.ts')
      ])
      const { lines = LINES } = options
      // journalctl gives as many as are wanted.
      if (lines > MAX_LOG_LINES)
        throw new NodeError(
          'usage',
          `kith logs --lines: must be 1 to ${MAX_LOG_LINES} of another node, not ${lines}`,
          {
            hint: 'see kith logs --help'
          }
        )
      return await logsAfar(context, who, lines, options.follow === true)
    }
    const follow = options.follow === true ? ['--follow'] : []
    const lines = `--lines=${options.lines ?? LINES}`
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
    let isEmpty = true
    for await (const line of createInterface({ input: child.stdout })) {
      const shown = journalLine(line, { json })
      if (shown === undefined) continue
      isEmpty = false
      terminal.line(shown)
    }
    const [status] = await ended
    if (isEmpty && status === 0 && !signal.aborted)
      terminal.remark(
        'kith: the journal has no line of kith.service; a node that runs by itself logs where it was started'
      )
    return signal.aborted || status === 0 ? undefined : FAILED
  }
})
