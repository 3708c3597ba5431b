import type { Test } from 'tap'

/** Asserts that two numbers differ by no more than the tolerance. */
export function near(t: Test, found: unknown, expected: number, tolerance: number, message = ''): void {
  t.ok(Math.abs(Number(found) - expected) <= tolerance, `${found} is ${expected}. ${message}`)
}
