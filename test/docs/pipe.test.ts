import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { defaultsOf } from '../../src/limits.ts'
import { serveLimits } from '../../src/node/api/limits.ts'
import { controlLimits } from '../../src/node/control/limits.ts'
import { KITH } from '../support/process/kith.ts'
import { friends, serve } from '../support/process/piped.ts'

process.env['KITH_MDNS'] = 'false'

const page = readFileSync(fileURLToPath(new URL('../../docs/pipe.md', import.meta.url)), 'utf8')
const python = spawnSync('python3', ['--version']).status === 0

/** The file of the page with this name. */
function fileOf(name: string): string {
  const [, text = ''] = page.split(`<!-- ${name} -->\n\`\`\`python\n`)
  return text.slice(0, text.indexOf('```'))
}

t.test('the limits that are named are those of the configuration', async (t) => {
  const text = page.replaceAll(/\s+/g, ' ')
  t.match(text, `\`limits.serve.programs\` (${defaultsOf(serveLimits).programs})`)
  t.match(text, `\`limits.control.streams\` (${defaultsOf(controlLimits).streams})`)
})

const skip = python ? false : 'there is no python3 here'
t.test('two programs in Python share a list', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-python-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['list.py', 'add.py']) writeFileSync(join(folder, name), fileOf(name))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin', 'kith'), `#!/bin/sh\nexec '${process.execPath}' '${KITH}' "$@"\n`)
  chmodSync(join(folder, 'bin', 'kith'), 0o755)

  const { hall, den } = await friends(t)
  const words = ['python3', join(folder, 'list.py'), join(folder, 'shopping.txt')]
  await serve(t, hall, '/list/lines/v1', '--', ...words)
  const env = {
    ...process.env,
    KITH_HOME: den.home,
    PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`
  }
  const add = (...entries: string[]): string => {
    const { status, stdout, stderr } = spawnSync('python3', [join(folder, 'add.py'), 'hall', ...entries], {
      env,
      encoding: 'utf8'
    })
    t.equal(status, 0, stderr)
    return stdout
  }
  t.equal(add('milk', 'bread'), 'den: milk\nden: bread\n')
  t.equal(add('tea'), 'den: milk\nden: bread\nden: tea\n')
})
