import t from 'tap'
import { allCommands, commandsFor } from '../../src/cli/commands.ts'

const namesOf = async (...words: string[]): Promise<string[]> =>
  (await commandsFor(words)).map(({ name }) => name)

t.test('a command line loads the command that it names, and no other', async (t) => {
  for (const { name } of await allCommands())
    if (name !== 'completion') t.strictSame(await namesOf(name, 'hall', '--json'), [name])
  t.strictSame(await namesOf('--home', 'status', '--json', 'run'), ['run'], 'options stand before it')
})

t.test('help, completion and a word that is no command load all', async (t) => {
  const all = (await allCommands()).map(({ name }) => name)
  t.equal(new Set(all).size, all.length)
  for (const words of [[], ['help', 'run'], ['--help'], ['completion', 'bash'], ['rnu'], ['toString']])
    t.strictSame(await namesOf(...words), all, words.join(' '))
})
