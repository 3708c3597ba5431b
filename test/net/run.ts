// Nodes in networks of namespaces: what crosses them, what must not, and how they heal.
//
//     npm run test:net                      every scenario but the long ones; skips, with the reason, where it cannot be run
//     npm run test:net -- guests loss       these
//     npm run test:net -- twenty            20 processes; run alone
//     npm run test:net -- --required        fails where it cannot be run
//
// The last line reads: N passed, N failed
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { whyNoNamespaces } from '../support/namespaces/namespaces.ts'
import { LANES, Net, type Scenario } from './scenario.ts'
import { longScenarios, scenarios } from './scenarios/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { required: { type: 'boolean', default: false } }
})
const all = { ...scenarios, ...longScenarios }
const unknown = positionals.filter((name) => !Object.hasOwn(all, name))
if (unknown.length > 0) {
  console.log(`there is no scenario ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`)
  process.exit(2)
}

let passed = 0
let failed = 0
const chosen = Object.entries(positionals.length === 0 ? scenarios : all).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name)
)
const nowhere = whyNoNamespaces()
const light = chosen.filter(([, { isHeavy }]) => isHeavy !== true)
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (let next = light.shift(); next !== undefined; next = light.shift()) await report(...next)
  })
)
for (const heavy of chosen.filter(([, { isHeavy }]) => isHeavy === true)) await report(...heavy)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

/** Runs a scenario, counts its checks, and prints them once it is done. */
async function report(key: string, scenario: Scenario): Promise<void> {
  const reason = nowhere === false ? (scenario.whyNot?.() ?? false) : nowhere
  if (reason !== false) {
    console.log(`${key}: skipped: ${reason}`)
    if (values.required) failed += 1
    return
  }
  const begun = performance.now()
  const results = await resultsOf(scenario)
  passed += results.filter((one) => one.passed).length
  failed += results.filter((one) => !one.passed).length
  const lines = results.map((one) => `  ${one.passed ? 'ok' : 'NOT OK'} ${one.name}`)
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  console.log([`${key}: ${scenario.name}`, ...lines, `  ${seconds} s`].join('\n'))
}

async function resultsOf(scenario: Scenario): Promise<Net['results']> {
  const net = new Net()
  const stopped = new AbortController()
  const late = delay(1000 * scenario.deadline, undefined, { signal: stopped.signal }).then(() => {
    throw new Error(`not done after ${scenario.deadline} s`)
  })
  try {
    await Promise.race([scenario.run(net), late])
  } catch (error) {
    net.check(error instanceof Error ? error.message : String(error), false)
  } finally {
    stopped.abort()
    late.catch(() => undefined)
    net.end()
  }
  return net.results
}
