import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { completionScript, type Shell, shells } from '../../../src/cli/command-line/completion.ts'
import { allCommands } from '../../../src/cli/commands.ts'
import { runCommand } from '../../support/process/command-run.ts'

const commands = await allCommands()

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function scriptFile(shell: Shell): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kith-completion-')), `kith.${shell}`)
  writeFileSync(path, completionScript(shell, commands))
  return path
}

for (const shell of shells)
  t.test(`${shell} can read its script`, { skip: has(shell) ? false : `there is no ${shell}` }, async (t) => {
    t.doesNotThrow(() => execFileSync(shell, ['-n', scriptFile(shell)]))
  })

/** What bash offers behind the words. */
function offered(path: string, words: readonly string[]): string[] {
  const program = `source '${path}'; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _kith; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['-c', program], { encoding: 'utf8' })
  return out.split('\n').filter((line) => line !== '')
}

t.test('bash offers what fits', { skip: has('bash') ? false : 'there is no bash' }, async (t) => {
  const path = scriptFile('bash')
  t.same(offered(path, ['kith', 'wat']), ['watch'])
  t.same(offered(path, ['kith', 'book', 're']), ['remove', 'rename'])
  t.same(offered(path, ['kith', 'book', 'add', 'x', '--pu']), ['--purpose'])
  t.same(offered(path, ['kith', 'completion', 'z']), ['zsh'])
  t.same(offered(path, ['kith', 'peers', '--w']), ['--watch'])
  t.same(offered(path, ['kith', '--json', 'history', '--pl']), ['--plot'])
})

t.test('every command and option is in every script', async (t) => {
  for (const shell of shells) {
    const { out } = await runCommand(`completion ${shell}`)
    for (const command of commands)
      t.match(out, new RegExp(`\\b${command.name}\\b`), `${shell} ${command.name}`)
    for (const option of ['datagram', 'since', 'simulated', 'timeout']) t.match(out, option)
  }
})
