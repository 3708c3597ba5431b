import { defineLimits, whole } from '../../limits.ts'

export const accessLimits = defineLimits('Refusals of what somebody may not do.', {
  callers: whole(1, 4096, 64, 'Callers whose refusals are logged once a minute each; of all others none is.')
})
