import { getSystemErrorName } from 'node:util'

/** `EBUSY`: the name of a failed system call's error, whether Node's fs or an addon threw it. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  const errno = 'errno' in error ? Number(error.errno) : Number.NaN
  return Number.isInteger(errno) && errno < 0 ? getSystemErrorName(errno) : undefined
}
