import type { LineModelFactory } from '../../src/simulated.ts'

const MINUTE = 60_000
/** Milliseconds from one bounce to the next; reed contacts bounce in 0.1 to 1 ms. */
const BOUNCE = 0.4
const MAX_BOUNCES = 6

/** A door with a contact to ground, opened every few minutes for a while; it bounces each time. */
export const model: LineModelFactory = ({ clock, random }, drive) => {
  let cancel = clock.after(0, () => move(false))
  function move(open: boolean): void {
    bounce(open, 2 * Math.floor((random.next() * MAX_BOUNCES) / 2))
  }
  function bounce(open: boolean, left: number): void {
    drive(open === (left % 2 === 0) ? 1 : 0)
    if (left > 0) cancel = clock.after(BOUNCE * (0.5 + random.next()), () => bounce(open, left - 1))
    else cancel = clock.after(restOf(open), () => move(!open))
  }
  function restOf(open: boolean): number {
    return open ? 5000 + random.next() * MINUTE : MINUTE * (0.5 + 4 * random.next())
  }
  return () => cancel()
}
