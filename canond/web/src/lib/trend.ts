// The lines of a chart over days.
import type { CoverageResponse } from '../api/types'
import { percent } from './format'

type Point = CoverageResponse['trend'][number]

export interface Dot {
  x: number
  y: number
}

const dayOf = (point: Point): number => Date.parse(point.date) / 86_400_000

/** Lines from day to day; a day with nothing to count breaks them. x and y are parts of the whole, from the lower left corner. */
export function trendLines(points: Point[], done: (point: Point) => number, total: (point: Point) => number): Dot[][] {
  const first = points[0] ? dayOf(points[0]) : 0
  const span = Math.max(1, points.length ? dayOf(points.at(-1)!) - first : 0)
  const lines: Dot[][] = []
  let line: Dot[] | null = null

  for (const point of points) {
    const value = percent(done(point), total(point))

    if (Number.isNaN(value)) line = null
    else {
      if (!line) lines.push((line = []))
      line.push({ x: (dayOf(point) - first) / span, y: value / 100 })
    }
  }
  return lines
}
