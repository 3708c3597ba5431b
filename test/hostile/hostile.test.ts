import t from 'tap'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import type { Attack } from './attack.ts'
import { attacks } from './attacks/index.ts'
import { Trial } from './trial.ts'

t.setTimeout(120_000)

t.test('each attack has a name of its own', async (t) => {
  t.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
})

t.test('an attack is run, and what it does is seen', { skip: whyNoNamespaces() }, async (t) => {
  const attack = attacks.find(({ name }) => name === 'yamux-ping') as Attack
  const trial = new Trial()
  t.teardown(() => trial.end())
  const { before, highest, friend, newcomer, isNamed, survived, sent } = await trial.run(attack, 4)
  t.ok(survived)
  t.ok(before > 0 && highest >= before)
  t.ok(friend.answers > friend.failures)
  t.type(newcomer, 'number')
  t.ok(isNamed)
  t.match(sent, /^[1-9]\d* connections, [1-9]\d* pings$/)
})
