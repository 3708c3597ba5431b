import t from 'tap'
import { ANNA, BERT, Machine, operates, peer, switchBench } from '../../support/switches.ts'

const CONFIG = 'switches: [{ name: pump, line: GPIO27 }]'

function stranger(n: number): string {
  return `${BERT.slice(0, -4)}${String(n).padStart(4, 'z')}`
}

t.test('a stranger that asks for another output each second costs one transaction a minute', async (t) => {
  const { clock, machine, switches, log } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  await switches.start()
  await clock.advance(2000)
  machine.transactions = 0
  machine.rows.length = 0
  for (let n = 0; n < 600; n++) {
    await t.rejects(switches.command({ by: peer(BERT), name: `x${n}`, on: n % 2 === 0 }), { code: 'denied' })
    await clock.advance(1000)
  }
  t.equal(machine.transactions, 9)
  t.equal(machine.rows.length, 9)
  t.match(log.newest(1), [
    { peer: BERT, name: '', asked: 'on, off', answer: 'denied', text: 'each for its reason' }
  ])
  await switches.stop()
  t.equal(
    machine.rows.reduce((sum, { times }) => sum + times, 0),
    600 + 1,
    'each is counted, with the stop'
  )
  t.equal(clock.pending, 0)
})

t.test('one refusal is told as it is, before it is written', async (t) => {
  const { machine, switches, log } = switchBench({ config: CONFIG, grants: [operates(ANNA)] })
  await switches.start()
  await t.rejects(switches.command({ by: peer(BERT), name: 'pump', on: true, for: 60_000 }), {
    code: 'denied'
  })
  for (const rows of [log.newest(1), log.newest(1, 'pump')])
    t.match(rows, [
      { peer: BERT, name: 'pump', asked: 'on', lease: 60, answer: 'denied', text: /needs/, times: 1 }
    ])
  t.notOk(machine.rows.some(({ peer }) => peer === BERT))
})

t.test('many strangers have few rows, and what an operator is refused has its own', async (t) => {
  const machine = new Machine()
  const { clock, switches } = switchBench({ config: CONFIG, grants: [operates(ANNA)], machine })
  await switches.start()
  for (let n = 0; n < 15; n++)
    await switches.command({ by: peer(stranger(n)), name: `x${n}`, on: true }).catch(() => {})
  const by = peer(ANNA)
  await t.rejects(switches.command({ by, name: 'pump', on: true, expect: true }), { code: 'not-expected' })
  await clock.advance(1000)
  t.match(machine.rows.at(-1), { who: 'anna', answer: 'not-expected' }, 'within a second')
  for (let n = 0; n < 7; n++)
    await t.rejects(switches.command({ by, name: 'pump', on: true, expect: true }), { code: 'not-expected' })
  await clock.advance(60_000)
  const refused = machine.rows.filter(({ text }) => text !== null)
  t.equal(refused.length, 1 + 1 + 8 + 1)
  t.match(
    refused.find(({ who }) => who === 'others'),
    { peer: null, name: '', asked: 'on', answer: 'denied', times: 7 }
  )
  t.match(
    refused.filter(({ who }) => who === 'anna').map(({ times }) => times),
    [1, 7]
  )
})
