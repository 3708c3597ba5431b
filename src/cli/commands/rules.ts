import { NodeError } from '../../error.ts'
import type { RuleView } from '../../node/api/outputs/rule-views.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { defineCommand } from '../command-line/command.ts'
import { ruleLines, rulesTable } from '../views/rules.ts'

export const rules = defineCommand({
  name: 'rules',
  summary: 'what this node does by itself: state, last firing and why, next',
  options: {},
  positionals: [
    { name: 'NAME', offers: 'nothing', summary: 'a rule of kith.yaml, with all about it (default: all)' }
  ],
  example: 'kith rules',
  async run({ positionals, json, terminal, connect }) {
    const [name] = positionals
    const { operations } = await connect({ running: true })
    const all = await operations.rules()
    const views = name === undefined ? all : [named(all, name)]
    if (json) return terminal.json(views)
    if (views.length === 0)
      return terminal.remark('kith: no rules are configured; add them to kith.yaml under rules')
    const [one] = views
    if (name !== undefined && one !== undefined) return terminal.lines(ruleLines(one, terminal.ansi))
    terminal.lines(rulesTable(views, terminal))
  }
})

function named(all: readonly RuleView[], name: string): RuleView {
  const found = all.find((rule) => rule.name === name)
  if (found !== undefined) return found
  const names = all.map((rule) => rule.name).join(', ')
  throw new NodeError('no-such', `this node has no rule ${sanitize(name, 64)}`, {
    hint: names === '' ? 'kith.yaml lists them under rules' : `it has ${names}`
  })
}
