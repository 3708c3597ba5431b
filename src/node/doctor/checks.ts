import type { DoctorContext, Finding } from './finding.ts'
import { checkHardware } from './hardware.ts'
import { checkHome } from './home.ts'
import { checkMachine } from './machine.ts'
import { checkNetwork } from './network.ts'
import { checkNode } from './node.ts'

/** Machine, home, network, hardware and node, one after the other. */
export async function runChecks(context: DoctorContext): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of [checkMachine, checkHome, checkNetwork, checkHardware, checkNode])
    findings.push(...(await check(context)))
  return findings
}
