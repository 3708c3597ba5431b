import { entryText } from '../../../node/log/journal-line.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import type { Context } from '../../command-line/command.ts'
import { askAfar } from './ask-afar.ts'

/** The newest lines of another node's log, and each new one where they are followed. */
export async function logsAfar(context: Context, who: string, n: number, follow: boolean): Promise<void> {
  const { json, terminal } = context
  for await (const line of askAfar(context, { who, op: 'logs', n, follow })) {
    if (json) terminal.json(line)
    else terminal.line(textOf(line))
  }
}

function textOf(line: unknown): string {
  const entry = typeof line === 'object' && line !== null ? (line as Readonly<Record<string, unknown>>) : {}
  if (typeof entry['lost'] === 'number') return `… ${entry['lost']} lines came faster than they were taken`
  return entryText(entry) ?? sanitize(JSON.stringify(line) ?? '', 1000)
}
