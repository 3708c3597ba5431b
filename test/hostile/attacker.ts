/** The process of an attack, in a namespace of its own: its name and target as arguments, the result as a message. */
import type { Target } from './attack.ts'
import { attacks } from './attacks/index.ts'

const [name, target = '', seconds] = process.argv.slice(2)
const attack = attacks.find((one) => one.name === name)
if (attack === undefined) throw new Error(`there is no attack ${name}`)

// A hostile peer meets resets everywhere; none of them ends the attack.
process.on('uncaughtException', () => {})
process.on('unhandledRejection', () => {})
process.on('disconnect', () => process.exit())
const sent = await attack.run(JSON.parse(target) as Target, AbortSignal.timeout(Number(seconds) * 1000))
process.send?.(sent)
