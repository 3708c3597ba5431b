/**
 * Lux of a result. Technical note rev. B: a count of 1.2 is one lux where the measurement time register is
 * 69, half a lux in H-resolution mode 2; the count is proportional to the time.
 * @param time the measurement time register, 31 to 254
 */
export function lux(count: number, time: number, resolution: 'high' | 'high2'): number {
  return ((count / 1.2) * (69 / time)) / (resolution === 'high2' ? 2 : 1)
}
