import type { World } from '../../hal/world.ts'

/** A number of the world's chance, uniform in [0, 1). */
export function randomFloat(world: Pick<World, 'random'>): number {
  const [a = 0, b = 0, c = 0] = world.random(3)
  return (a * 65_536 + b * 256 + c) / 16_777_216
}
