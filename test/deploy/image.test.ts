import { existsSync, readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { allCommands } from '../../src/cli/commands.ts'

const root = new URL('../../', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8')
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, '')
  .split('\n')
  .filter((line) => line !== '')
const stages = instructions.filter((line) => line.startsWith('FROM '))
const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')))
const lastOf = (name: string): string => last.findLast((line) => line.startsWith(`${name} `)) ?? ''

t.test('everything that is copied is there, and is let through', async (t) => {
  const allowed = read('.dockerignore').match(/(?<=^!).*$/gm) ?? []
  const copied = instructions
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1))
  t.ok(copied.length > 5)
  for (const path of copied) {
    t.ok(existsSync(new URL(path, root)), `${path} is there`)
    t.ok(
      allowed.some((pattern) => pattern === path || pattern.startsWith(`${path}/`) || isOf(pattern, path)),
      `${path} is let through`
    )
  }
})

/** `LICENSE*` lets LICENSE-MIT through. */
function isOf(pattern: string, path: string): boolean {
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))
}

t.test('it is built and run by the Node that kith is tested with', async (t) => {
  const major = JSON.parse(read('package.json')).devDependencies.node.split('.')[0]
  t.strictSame(stages, [
    'FROM --platform=$BUILDPLATFORM $BUILDER AS build',
    'FROM --platform=$TARGETPLATFORM $NODE'
  ])
  for (const name of ['BUILDER', 'NODE'])
    t.match(
      instructions.find((line) => line.startsWith(`ARG ${name}=`)),
      `=node:${major}-`
    )
})

t.test('it has no identity of its own, and is simulated by default', async (t) => {
  t.match(lastOf('USER'), /^USER [1-9]\d*:[1-9]\d*$/)
  t.equal(lastOf('CMD'), 'CMD ["run", "--simulated"]')
  t.equal(lastOf('STOPSIGNAL'), 'STOPSIGNAL SIGTERM')
  const home = /KITH_HOME=(\S+)/.exec(lastOf('ENV'))?.[1]
  t.equal(lastOf('VOLUME'), `VOLUME ${home}`)
})

t.test('its health check is a program of the image, which asks the home of the image', async (t) => {
  const [, words = '[]'] = /CMD (\[.*\])/.exec(lastOf('HEALTHCHECK')) ?? []
  t.strictSame(JSON.parse(words), ['node', '/kith/bin/health.js'])
  t.ok(instructions.some((line) => line.includes('cp deploy/container/health.js /out/kith/bin/')))
  t.match(read('deploy/container/health.js'), `'${/KITH_HOME=(\S+)/.exec(lastOf('ENV'))?.[1]}'`)
})

t.test('what the pages run in a container is a command of the image', async (t) => {
  const pages = readdirSync(new URL('docs', root)).filter((name) => name.endsWith('.md'))
  const files = ['README.md', 'compose.yaml', 'compose.pi.yaml', ...pages.map((name) => `docs/${name}`)]
  const known = new Set((await allCommands()).map(({ name }) => name))
  const found = files.flatMap((file) =>
    [...read(file).matchAll(/docker (?:compose )?exec (?:-\S+ )*[\w-]+ (\S+) (\S+)/g)].map(
      ([line, program, name = '']) => ({ line: `${file}: ${line}`, program, name })
    )
  )
  t.ok(found.length >= 4)
  for (const { line, program, name } of found) {
    t.equal(program, 'kith', line)
    t.ok(known.has(name), line)
  }
  t.ok(instructions.some((line) => line.includes('ln -s kith.js /out/kith/bin/kith ')))
  t.match(lastOf('ENV'), ' PATH=/kith/bin:$PATH')
})
