import { sanitize } from '../../../node/log/sanitize.ts'
import { defineCommand } from '../../command-line/command.ts'

export const unpair = defineCommand({
  name: 'unpair',
  summary: 'remove a peer from the book with all that it grants it, and tell it',
  options: {},
  positionals: [
    { name: 'WHO', required: true, summary: 'its name in the book, its PeerId or the tail of it' }
  ],
  example: 'kith unpair hall',
  async run({ positionals, json, terminal, signal, connect }) {
    const [who = ''] = positionals
    const { operations } = await connect({ needs: 'a book' })
    const view = await operations.unpair(who, signal)
    if (json) return terminal.json(view)
    const name = sanitize(view.name, 64)
    terminal.line(`${name} is in the book no longer, ${view.peer}`)
    terminal.line(view.told ? 'it was told' : `it was not told: ${sanitize(view.why ?? '')}`)
    if (view.still.length > 0)
      terminal.remark(`kith: ${view.still.join(', ')} still grants something to it; edit kith.yaml`)
  }
})
