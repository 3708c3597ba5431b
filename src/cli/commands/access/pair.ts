import { defined } from '../../../defined.ts'
import { NodeError } from '../../../error.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../../command-line/command.ts'
import { DONE, FAILED } from '../../command-line/exit-status.ts'
import { untilAborted } from '../../command-line/until-aborted.ts'
import { grantsText, openedLines, stepLine } from '../../views/pairing.ts'

const options = {
  may: {
    kind: 'list',
    value: 'RIGHTS',
    summary:
      'what the code grants: own, operate:heater … (default: own if nobody has it, else nothing but the book)'
  },
  name: {
    kind: 'text',
    value: 'NAME',
    summary: 'the name in the book (default: what the other side is called)'
  }
} as const

export const pair = defineCommand({
  name: 'pair',
  summary: 'pair with another node by a code that one of them shows',
  options,
  positionals: [
    {
      name: 'WHO',
      summary: 'the node that shows the code: its name, its PeerId or the tail of it, a multiaddr'
    },
    { name: 'CODE', offers: 'nothing', summary: 'the code; without WHO and CODE this node shows one' }
  ],
  example: 'kith pair hall 7K3M-Q9TX',
  async run(context) {
    const [who, code] = context.positionals
    if (who === undefined) return await open(context)
    if (code === undefined)
      throw new NodeError('usage', `kith pair ${who}: the code is missing`, {
        hint: `kith pair on the machine of ${who} shows one`
      })
    if (context.options.may !== undefined)
      throw new NodeError('usage', 'kith pair --may: is for the node that shows the code', {
        hint: `to grant ${who} something here: kith book add ${who} --may RIGHTS`
      })
    await prove(context, who, code)
    return DONE
  }
})

type PairContext = Context<typeof options>

/** Shows a code until it is closed. */
async function open(context: PairContext): Promise<number> {
  const { json, terminal, signal, connect, clock } = context
  const { may, name } = context.options
  const { operations } = await connect({ running: true })
  const self = (await operations.status()).name
  let isPaired = false
  for await (const step of untilAborted(
    operations.pairOpen(defined({ may: may && [...may], name }), signal),
    signal
  )) {
    isPaired ||= 'paired' in step
    if (json) terminal.json(step)
    else if ('code' in step) terminal.prose(openedLines(step, self, clock.now() / 1000, terminal.ansi))
    else terminal.prose(stepLine(step))
  }
  return isPaired ? DONE : FAILED
}

async function prove(context: PairContext, who: string, code: string): Promise<void> {
  const { json, terminal, signal, timeout, connect, options } = context
  const { operations } = await connect({ needs: 'a book' })
  const view = await operations.pair({ who, code, ...defined({ name: options.name, timeout }) }, signal)
  if (json) return terminal.json(view)
  const name = sanitize(view.name, 64)
  terminal.line(`${name} is paired, ${view.peer}`)
  if (view.may.length > 0) terminal.line(`this node may ${grantsText(view.may)} there`)
}
