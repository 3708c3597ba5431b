import type { FarNode } from '../../support/namespaces/namespaces.ts'
import { Segment } from '../../support/namespaces/segment.ts'
import { addressAt, heard, hears, letPass, type Net, type Scenario } from '../scenario.ts'

/** Seconds in which what must not pass would have passed: catalogues come every 2 s, readings more often. */
const WATCHED = 6
/** By the hurried clock of the nodes. */
const config = { limits: { catalogue: { period: '10s' } } }

interface Networks {
  readonly thermometer: FarNode
  readonly screen: FarNode
  readonly hall: FarNode
  readonly phone: FarNode
  readonly lamp: FarNode
}

/** A home, a network of guests, and a hall in both. Nobody but the hall is connected with two. */
async function homeAndGuests(net: Net): Promise<Networks> {
  const home = net.use(new Segment('home'))
  const guests = net.use(new Segment('guests'))
  const hallMachine = home.machine('hall', '10.1.0.1')
  guests.plug(hallMachine, '10.2.0.1', 'wlan0')
  const machines = [
    home.machine('thermometer', '10.1.0.2'),
    home.machine('screen', '10.1.0.3'),
    guests.machine('phone', '10.2.0.2'),
    guests.machine('lamp', '10.2.0.3')
  ]
  const hall = await hallMachine.node({ config })
  const [thermometer, screen, phone, lamp] = await Promise.all(machines.map((one) => one.node({ config })))
  if (!thermometer || !screen || !phone || !lamp) throw new Error('four were started')
  for (const node of [thermometer, screen]) await node.call('dial', addressAt('10.1.0.1', hall))
  for (const node of [phone, lamp]) await node.call('dial', addressAt('10.2.0.1', hall))
  return { thermometer, screen, hall, phone, lamp }
}

async function holdsNothingOf(node: FarNode, ...others: FarNode[]): Promise<boolean> {
  const { readings, catalogues } = await heard(node)
  return others.every(({ peer }) => !readings.includes(peer) && !catalogues.includes(peer))
}

export const guestNetwork: Scenario = {
  name: 'a home and a network of guests, joined by a machine in both',
  deadline: 60,
  async run(net) {
    const { thermometer, screen, hall, phone, lamp } = await homeAndGuests(net)
    await net.within(20, 'the home hears the home', () => hears(screen, thermometer))
    await net.within(20, 'guests hear guests', () => hears(lamp, phone))
    for (const one of [thermometer, screen, phone, lamp])
      await net.within(20, 'the machine between hears each of them', () => hears(hall, one))
    await net.within(
      20,
      'everybody hears it',
      async () => (await hears(screen, hall)) && (await hears(phone, hall))
    )
    await letPass(WATCHED)
    for (const [name, node] of Object.entries({ phone, lamp }))
      net.check(`nothing of the home has come to ${name}`, await holdsNothingOf(node, thermometer, screen))
    for (const [name, node] of Object.entries({ thermometer, screen }))
      net.check(`nothing of the guests has come to ${name}`, await holdsNothingOf(node, phone, lamp))

    const asked = async (who: FarNode): Promise<string> =>
      (await phone.call<string[]>('readOf', hall.peer, who.peer)).join()
    net.check(
      'a guest asks the machine between for what it measures',
      (await asked(hall)) === 'answered,answered'
    )
    net.check('and of other guests', (await asked(lamp)) === 'answered,answered')
    net.check(
      'of the home it gets no catalogue, no reading',
      (await asked(thermometer)) === 'no-such,no-such'
    )
    const learned = await phone.call<string[]>('addressesOf', hall.peer)
    net.check('nor by identify where it is in the home', !learned.some((one) => one.includes('10.1.0.')))

    await hall.call('bookPut', { name: 'thermometer', who: thermometer.peer })
    await letPass(WATCHED)
    net.check('one side in the book is not enough', await holdsNothingOf(phone, thermometer, screen))
    await hall.call('bookPut', { name: 'phone', who: phone.peer })
    await net.within(
      20,
      'the two of the book hear each other',
      async () =>
        (await heard(phone)).readings.includes(thermometer.peer) &&
        (await heard(thermometer)).readings.includes(phone.peer)
    )
    await letPass(WATCHED)
    net.check('and nobody besides: lamp', await holdsNothingOf(lamp, thermometer, screen))
    net.check('screen', await holdsNothingOf(screen, phone, lamp))
    net.check('screen is not heard by phone', await holdsNothingOf(phone, screen))
  }
}
