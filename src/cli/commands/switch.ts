import { defined } from '../../defined.ts'
import type { SwitchRequest, SwitchView } from '../../node/api/operations.ts'
import { formatDuration } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { defineCommand } from '../command-line/command.ts'
import { type Cell, table } from '../terminal/table.ts'

const ACTIONS = ['on', 'off', 'status'] as const

export const switches = defineCommand({
  name: 'switch',
  summary: 'outputs of this node: on, off, status',
  options: {},
  positionals: [
    { name: 'NAME', offers: 'switches', summary: 'a switch of kith.yaml (default: all)' },
    { name: 'TO', choices: ACTIONS, summary: 'the new state; status only shows it (default)' }
  ],
  example: 'kith switch pump on',
  async run({ positionals, json, terminal, connect }) {
    const [name, to = 'status'] = positionals
    const wanted: SwitchRequest['to'] | undefined = to === 'on' || to === 'off' ? to : undefined
    const request: SwitchRequest = defined({ name, to: wanted })
    const { operations } = await connect({ running: true })
    const views = await operations.switch(request)
    if (json) return terminal.json(views)
    if (views.length === 0)
      return terminal.remark('kith: no switches are configured; add them to kith.yaml under switches')
    const columns = [
      { title: 'NAME' },
      { title: 'LINE', drop: 1 },
      { title: 'STATE' },
      { title: '' }
    ] as const
    terminal.lines(table(columns, views.map(row), { width: terminal.width, ansi: terminal.ansi }))
  }
})

function row(view: SwitchView): Cell[] {
  const style = view.state === 'fault' ? 'red' : 'bold'
  return [
    { text: view.name, style: 'bold' },
    { text: view.line },
    { text: view.state, style },
    { text: note(view) }
  ]
}

function note({ left, safe, fault }: SwitchView): string {
  if (fault !== undefined) return sanitize(fault.message)
  return left === null ? '' : `${safe} in ${formatDuration(left)}`
}
