import { defineCommand } from '../command-line/command.ts'
import { completionScript, shells } from '../command-line/completion.ts'

export const completion = defineCommand({
  name: 'completion',
  summary: 'print a script that completes commands and options in a shell',
  options: {},
  positionals: [{ name: 'SHELL', required: true, choices: shells, summary: shells.join(', ') }],
  example: 'source <(kith completion bash)',
  async run({ positionals, commands, terminal }) {
    const shell = shells.find((each) => each === positionals[0]) ?? 'bash'
    terminal.line(completionScript(shell, commands))
  }
})
