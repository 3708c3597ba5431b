import { identifyByAnswer } from '../../src/driver.ts'
import { SERIAL_NUMBER } from './registers.ts'

export const ask = identifyByAnswer(SERIAL_NUMBER)
