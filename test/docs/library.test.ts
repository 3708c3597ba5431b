import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { Node } from '../../src/node/node.ts'

const page = readFileSync(new URL('../../docs/library.md', import.meta.url), 'utf8')
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''

t.test('the example prints what is shown', async (t) => {
  const folder = t.testdir({ 'example.ts': blockOf('ts') })
  const { stdout, stderr } = spawnSync(process.execPath, [`${folder}/example.ts`], { encoding: 'utf8' })
  const pattern = blockOf('text').replace(/[\d.]+ hPa/, 'N hPa')
  t.equal(stdout.replace(/[\d.]+ hPa/, 'N hPa'), pattern, stderr)
})

t.test('the table has every method of a node', async (t) => {
  const [, section = ''] = page.split('\n## Node\n')
  const methods = Object.getOwnPropertyNames(Node.prototype).filter((name) => name !== 'constructor')
  t.ok(methods.length > 10)
  for (const name of methods) t.match(section, new RegExp(`^\\| .*\`${name}\\b.* \\|`, 'm'), name)
})
