import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(`${root}/docs/troubleshooting.md`, 'utf8')
const sources = ['src', 'bin'].flatMap((room) =>
  readdirSync(`${root}/${room}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => readFileSync(`${root}/${room}/${name}`, 'utf8'))
)

/** The constant parts of a message, between its `…`. */
function partsOf(message: string): string[] {
  return message.split('…').map((part) => part.trim())
}

t.test('every message that is explained is one that kith writes', async (t) => {
  const messages = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = '']) => message)
  t.ok(messages.length > 20)
  for (const message of messages)
    t.ok(
      sources.some((source) => partsOf(message).every((part) => source.includes(part))),
      message
    )
})
