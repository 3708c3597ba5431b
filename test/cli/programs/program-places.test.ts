import t from 'tap'
import { ProgramPlaces } from '../../../src/cli/programs/program-places.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

const never = new AbortController().signal

function bench(programs: number) {
  const clock = new VirtualClock()
  const places = new ProgramPlaces(programs)
  const said: string[] = []
  const take = (name: string, signal = never): void => {
    void places.take(clock, 1000, signal).then((has) => said.push(`${name} ${has}`))
  }
  return { clock, places, said, take }
}

t.test('a place that is given back goes to the first who waits, and to that one alone', async (t) => {
  const { clock, places, said, take } = bench(1)
  for (const name of ['a', 'b', 'c', 'd']) take(name)
  await clock.advance(10)
  t.same(said.splice(0), ['a true'])
  places.give()
  await clock.advance(10)
  t.same(said.splice(0), ['b true'])
  places.give()
  await clock.advance(1000)
  t.same(said.splice(0), ['c true', 'd false'], 'the last waited for as long as it may')
  places.give()
  take('e')
  await clock.advance(0)
  t.same(said, ['e true'])
  t.equal(clock.pending, 0)
})

t.test('who is aborted waits no more and takes no place', async (t) => {
  const { clock, places, said, take } = bench(1)
  const abort = new AbortController()
  take('a')
  take('b', abort.signal)
  abort.abort()
  take('c', abort.signal)
  await clock.advance(0)
  t.same(said.splice(0).toSorted(), ['a true', 'b false', 'c false'])
  places.give()
  take('d')
  await clock.advance(0)
  t.same(said, ['d true'])
  t.equal(clock.pending, 0)
})
