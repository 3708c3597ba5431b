import { isRestarting } from '../../../node/manage/answers.ts'
import { defineCommand } from '../../command-line/command.ts'
import { askOnce } from './ask-afar.ts'

export const restart = defineCommand({
  name: 'restart',
  summary: 'restart another node, which granted own to this one',
  options: {},
  positionals: [{ name: 'WHO', summary: 'a name of the book, a PeerId or its end', required: true }],
  example: 'kith restart hall',
  async run(context) {
    const [who = ''] = context.positionals
    const answer = await askOnce(context, { who, op: 'restart' }, isRestarting)
    if (context.json) context.terminal.json(answer)
    else context.terminal.line(`${who} restarts`)
  }
})
