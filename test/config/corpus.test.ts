import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parseConfig } from '../../src/config/load.ts'
import { isNodeError } from '../../src/error.ts'
import { configDevices } from '../support/config-devices.ts'

/** What a person sees of each configuration in corpus/: the text beside it, or `accepted`. */
const corpus = new URL('corpus/', import.meta.url)
const names = readdirSync(corpus).filter((name) => name.endsWith('.yaml'))

function told(name: string): string {
  try {
    parseConfig(readFileSync(new URL(name, corpus), 'utf8'), configDevices, name)
    return 'accepted'
  } catch (error) {
    if (!isNodeError(error, 'bad-config')) throw error
    return error.message
  }
}

t.ok(names.length >= 40, 'the corpus is there')
for (const name of names) {
  const expected = readFileSync(new URL(name.replace(/yaml$/, 'txt'), corpus), 'utf8')
  t.equal(`${told(name)}\n`, expected, name)
}
