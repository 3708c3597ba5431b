import { openHome } from '../../../src/peer/identity/home.ts'

/** A process of its own that holds the home of its argument, says so, and stays. */
const [, , path = ''] = process.argv
const home = await openHome(path, { create: true })
process.stdout.write(home.readOnly ? 'held read-only\n' : 'held\n')
process.stdin.resume()
