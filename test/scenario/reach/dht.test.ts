import t from 'tap'
import { all, houseFor } from '../../support/scenario/house.ts'

const signal = new AbortController().signal

t.test('a peer without a known address is found in a DHT, dialled and asked', async (t) => {
  const house = houseFor(t)
  const den = await house.start('den', { config: 'dht: { serve: true }' })
  const bootstrap = (await den.operations.status()).addresses[0] ?? ''
  const joins = `dht: { bootstrap: [${bootstrap}] }`
  const hall = await house.start('hall', { gauges: ['air'], config: joins })
  const desk = await house.start('desk', { config: joins })
  const hidden = await house.start('hidden', { gauges: ['air'], config: `${joins}\nunlisted: true` })
  const alone = await house.start('alone')
  for (const node of [hall, hidden]) await desk.operations.bookPut({ name: node.name, who: node.peer })
  await alone.operations.bookPut({ name: 'hall', who: hall.peer })
  for (const node of [hall, desk, hidden])
    while ((await node.operations.status()).dht?.servers !== 1) await house.pass(1000)
  while (((await den.operations.status()).counters['dht.answered'] ?? 0) < 3) await house.pass(1000)
  t.match((await desk.operations.status()).dht, {
    mode: 'client',
    bootstrap: { configured: 1, connected: 1 }
  })
  const answered = await house.while(desk.operations.ask({ who: 'hall' }, signal))
  t.ok(answered.length > 0)
  t.ok(desk.isConnectedTo(hall))
  t.match((await desk.operations.status()).counters, { 'dht.searched': 1, 'dht.found': 1 })
  await t.rejects(house.while(desk.operations.ask({ who: 'hidden' }, signal)), /DHT: no server knows it/)
  await t.rejects(
    house.while(all(alone.operations.ping({ who: 'hall', count: 1 }, signal))),
    /DHT: not joined \(dht.bootstrap in the configuration\)/
  )
})
