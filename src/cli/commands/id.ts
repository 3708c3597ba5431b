import { defineCommand } from '../command.ts'
import { facts } from '../table.ts'

export const id = defineCommand({
  name: 'id',
  summary: 'the PeerId, and where it can be reached',
  options: {},
  positionals: [],
  example: 'kith id',
  async run(context) {
    const { operations } = await context.connect({ needs: 'a PeerId' })
    const { peer, name, addresses } = await operations.status()
    const { terminal } = context
    if (context.json) return terminal.json({ peer, name, addresses })
    terminal.line(peer)
    if (terminal.live)
      terminal.lines(
        facts(
          [
            ['name', name],
            ['reached at', addresses]
          ],
          terminal.paint
        )
      )
  }
})
