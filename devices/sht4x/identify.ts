import { identifyByAnswer } from '../../src/hal/ask-words.ts'
import { SERIAL_NUMBER } from './registers.ts'

export const ask = identifyByAnswer(SERIAL_NUMBER)
