import { hash, type LineModelFactory, noise } from '../../src/simulated.ts'

/** Milliseconds: the flow changes in minutes; a pulse is as long as a reed contact stays closed. */
const FLOW_CHANGES = 180_000
const PULSE = 40
/** Milliseconds from pulse to pulse at the mean flow, and how many times more or less it may be. */
const MEAN = 1500
const SPREAD = 4

/** A flow meter whose reed contact closes to ground once for each unit of flow. */
export const model: LineModelFactory = ({ clock, random }, drive) => {
  const seed = hash(random.next())
  let cancel = clock.after(0, rest)
  function rest(): void {
    drive(1)
    const flow = noise(seed, clock.now() / FLOW_CHANGES)
    cancel = clock.after(MEAN * SPREAD ** -flow - PULSE, close)
  }
  function close(): void {
    drive(0)
    cancel = clock.after(PULSE, rest)
  }
  return () => cancel()
}
