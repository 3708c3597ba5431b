import type { Cancel } from '../../clock.ts'
import type { Level } from '../gpio.ts'
import type { ModelEnvironment } from './chip/model.ts'

/**
 * Wires something to a line: it drives the line by the environment's clock from now on. Unlike a chip, which
 * answers when it is asked, what moves by itself needs timers; they end with the returned function.
 */
export type LineModelFactory = (environment: ModelEnvironment, drive: (level: Level) => void) => Cancel
