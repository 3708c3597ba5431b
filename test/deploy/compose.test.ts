import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { parseCommandLine } from '../../src/cli/command-line/parse.ts'
import { commandsFor } from '../../src/cli/commands.ts'
import { type JsonSchema, violations } from './json-schema.ts'

const root = new URL('../../', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8')
/** compose-go v2.16.2, schema/compose-spec.json (Apache-2.0), by which `docker compose config` judges; without its texts. */
const schema: JsonSchema = JSON.parse(read('test/vectors/compose-spec.json'))

interface Service {
  readonly command: readonly string[]
  readonly network_mode?: string
  readonly read_only: boolean
  readonly tmpfs: readonly string[]
  readonly build?: string
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
}

const load = (name: string): ComposeFile => parse(read(name), { merge: true })

t.test('the schema of compose takes the files', async (t) => {
  for (const name of ['compose.yaml', 'compose.pi.yaml'])
    t.strictSame(violations(schema, load(name)), [], name)
})

t.test('and refuses what is misspelled or of another kind', async (t) => {
  const good = load('compose.pi.yaml').services['kith']
  const judge = (change: object): string[] =>
    violations(schema, { services: { kith: { ...good, ...change } } })
  t.strictSame(judge({}), [])
  t.not(judge({ netwok_mode: 'host' }).length, 0)
  t.not(judge({ read_only: [] }).length, 0)
  t.not(judge({ devices: '/dev/i2c-1' }).length, 0)
  t.not(violations(schema, { service: {} }).length, 0)
})

t.test('every service runs a command that kith knows, on a read-only root', async (t) => {
  for (const name of ['compose.yaml', 'compose.pi.yaml']) {
    for (const [service, { command, read_only, tmpfs }] of Object.entries(load(name).services)) {
      const { action } = parseCommandLine(command, await commandsFor(command), 0)
      t.equal(action?.name, 'run', service)
      t.equal(read_only, true)
      t.ok(tmpfs.includes('/tmp'), 'where the control socket goes if the volume cannot be written')
    }
  }
})

t.test('the simulated nodes differ and share a network; the real one has that of the host', async (t) => {
  const { hall, attic } = load('compose.yaml').services
  t.notSame(hall?.command, attic?.command)
  t.equal(hall?.network_mode ?? attic?.network_mode, undefined)
  t.equal(load('compose.pi.yaml').services['kith']?.network_mode, 'host')
  t.ok(existsSync(new URL('Dockerfile', root)))
})
