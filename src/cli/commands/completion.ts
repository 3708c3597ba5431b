import { join } from 'node:path'
import { isNodeError } from '../../error.ts'
import { type Context, defineCommand, offers } from '../command-line/command.ts'
import { runningNode } from '../command-line/running-node.ts'
import type { Wanted } from '../completion/offered-words.ts'
import { shells } from '../completion/places.ts'

export const completion = defineCommand({
  name: 'completion',
  summary: 'print a script that completes commands, options, names, sensors and files in a shell',
  options: {},
  positionals: [
    {
      name: 'SHELL',
      required: true,
      choices: [...shells, ...offers],
      summary: `${shells.join(', ')}; the scripts use ${offers.join(', ')}`
    },
    { name: 'WHO', summary: 'whose sensors' }
  ],
  example: 'source <(kith completion bash)',
  async run(context) {
    const { positionals, commands, terminal } = context
    const [first, who] = positionals
    const offer = offers.find((each) => each === first)
    if (offer !== undefined) return terminal.lines(await offered(context, { offer, who }))
    const { completionScript } = await import('../completion/script.ts')
    terminal.line(completionScript(shells.find((each) => each === first) ?? 'bash', commands))
  }
})

/** Nothing where it fails: a shell would show an error in the middle of the line that is being typed. */
async function offered(context: Context, wanted: Wanted): Promise<string[]> {
  const { bookWords, offeredWords } = await import('../completion/offered-words.ts')
  try {
    const node = await runningNode(context)
    if (node !== undefined) return await offeredWords(node, wanted, context.clock, context.signal)
    if (wanted.offer !== 'names') return []
    const { BOOK, bookFile } = await import('../../node/peers/book-file.ts')
    return bookWords(await bookFile(join(context.home, BOOK)).read())
  } catch (error) {
    if (isNodeError(error)) return []
    throw error
  }
}
