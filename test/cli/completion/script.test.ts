import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { allCommands } from '../../../src/cli/commands.ts'
import { type Shell, shells } from '../../../src/cli/completion/places.ts'
import { completionScript } from '../../../src/cli/completion/script.ts'
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

/** A `kith` that offers for each kind the kind, whose it is and --home, and does nothing else. */
function fakeKith(t: Test): string {
  const folder = t.testdir({ kith: '#!/bin/sh\nshift\necho "x-$*" | tr " " "_"\n', 'my file': '' })
  chmodSync(join(folder, 'kith'), 0o755)
  return folder
}

/** What a shell offers behind the words, where `kith` is that of the folder. */
const ask: Readonly<Record<Shell, (script: string, words: readonly string[]) => string[]>> = {
  bash: (script, words) => [
    '-c',
    `source '${script}'; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _kith; printf '%s\\n' "\${COMPREPLY[@]}"`,
    '_',
    ...words
  ],
  zsh: (script, words) => [
    ...['-f', '-c'],
    `compdef() { : }; source '${script}'; compadd() { shift; print -l -- "$@" }; _files() { print -l my\\ file }; words=("$@"); CURRENT=$#; _kith`,
    '_',
    ...words
  ],
  fish: (script, words) => ['-N', '-c', `source '${script}'; complete -C '${words.join(' ')}'`]
}

for (const shell of shells) {
  const skip = has(shell) ? false : `there is no ${shell}`
  t.test(`${shell} offers names, sensors and files`, { skip }, async (t) => {
    const folder = fakeKith(t)
    const script = scriptFile(shell)
    const offers = (...words: string[]): string[] =>
      execFileSync(shell, ask[shell](script, ['kith', ...words]), {
        encoding: 'utf8',
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder }
      })
        .split('\n')
        .flatMap((line) => line.split('\t')[0] || [])
    t.ok(offers('ask', 'x').includes('x-names'))
    t.ok(offers('ask', 'hall', 'x').includes('x-sensors_hall'))
    t.ok(offers('history', 'hall', 'x').includes('x-sensors_hall'))
    t.ok(
      offers('watch', 'hall', 'x').some((word) => word.startsWith('x-names')),
      'each of many'
    )
    t.ok(offers('book', 'remove', 'x').includes('x-names'))
    t.ok(offers('switch', 'x').includes('x-switches'))
    t.ok(offers('ask', '--home', '/h', '--timeout', '2s', 'x').includes('x-names_--home_/h'))
    t.ok(offers('config', 'check', 'my').some((word) => word.replaceAll('\\', '') === 'my file'))
    t.ok(offers('serve', '--allow', 'n').includes('near'))
    t.notOk(offers('config', 'check', 'my').includes('x-names'))
  })
}

t.test('every command and option is in every script', async (t) => {
  for (const shell of shells) {
    const { out } = await runCommand(`completion ${shell}`)
    for (const command of commands)
      t.match(out, new RegExp(`\\b${command.name}\\b`), `${shell} ${command.name}`)
    for (const option of ['datagram', 'since', 'simulated', 'timeout']) t.match(out, option)
  }
})
