import { identifyByAnswer } from '../../src/hal/driver-kit/command-words.ts'
import { SERIAL_NUMBER } from './registers.ts'

export const ask = identifyByAnswer(SERIAL_NUMBER)
