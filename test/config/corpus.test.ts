import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { formatProblems } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'
import { isNodeError } from '../../src/error.ts'
import { configDevices } from '../support/config-devices.ts'
import { golden } from '../support/golden.ts'

/** What a person sees of each configuration in corpus/: the text beside it, or `accepted`. */
const corpus = new URL('corpus/', import.meta.url)
const names = readdirSync(corpus).filter((name) => name.endsWith('.yaml'))

function messagesOf(name: string): string {
  try {
    const text = readFileSync(new URL(name, corpus), 'utf8')
    const { warnings } = loadConfig({ text, devices: configDevices, file: name })
    return ['accepted', ...warnings.map((warning) => formatProblems([warning]))].join('\n')
  } catch (error) {
    if (!isNodeError(error, 'bad-config')) throw error
    return error.message
  }
}

t.ok(names.length >= 40, 'the corpus is there')
for (const name of names) {
  const found = `${messagesOf(name)}\n`
  t.equal(found, golden(new URL(name.replace(/yaml$/, 'txt'), corpus), found), name)
}
