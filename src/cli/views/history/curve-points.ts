import type { PlotPoint } from '../../terminal/plot.ts'

/** The maximum of parts of the time that a curve keeps; each gives up to four points. */
export const MAX_PARTS = 4096

interface Part {
  readonly first: PlotPoint
  min: PlotPoint
  max: PlotPoint
  last: PlotPoint
}

/**
 * The points of a curve in bounded memory: every point while they are few, then the first, the last, the lowest and the
 * highest of each part of the time. Parts grow with the time: a plot with fewer columns looks the same.
 */
export class CurvePoints {
  #parts = new Map<number, Part>()
  /** Seconds of a part; 0 while each point is one. */
  #width = 0
  #count = 0

  get size(): number {
    return this.#parts.size
  }

  add(point: PlotPoint): void {
    this.#put(this.#width === 0 ? this.#count++ : Math.floor(point.at / this.#width), point)
    if (this.#parts.size > MAX_PARTS) this.#widen()
  }

  points(): PlotPoint[] {
    return [...this.#parts.values()].flatMap(pointsOf)
  }

  #put(key: number, point: PlotPoint): void {
    const part = this.#parts.get(key)
    if (part === undefined) {
      this.#parts.set(key, { first: point, min: point, max: point, last: point })
      return
    }
    if (point.value < part.min.value) part.min = point
    if (point.value > part.max.value) part.max = point
    part.last = point
  }

  /** Half as many parts at least, of a time that has points throughout. */
  #widen(): void {
    const points = this.points()
    const times = points.map(({ at }) => at)
    const range = times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))
    this.#width = Math.max(this.#width * 2, range / (MAX_PARTS / 2), Number.MIN_VALUE)
    this.#parts = new Map()
    for (const point of points) this.#put(Math.floor(point.at / this.#width), point)
  }
}

/** In order of time, each once; those within a part are joined to the one before. */
function pointsOf({ first, min, max, last }: Part): PlotPoint[] {
  const inner = [min, max].toSorted((a, b) => a.at - b.at)
  const points = [...new Set([first, ...inner, last])]
  return points.map((point, i) => (i === 0 || point.joined ? point : { ...point, joined: true }))
}
