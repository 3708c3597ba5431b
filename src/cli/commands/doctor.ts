import { problemLine } from '../../config/config-error.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { commandForm, describeError } from '../../error.ts'
import { bad, type DoctorContext, type Finding, ok, warn } from '../../node/doctor/finding.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { DONE, FAILED } from '../command-line/exit-status.ts'
import { configFile, configFileFound, loadNodeConfig } from '../load-config.ts'
import type { AnsiStyle, Style } from '../terminal/ansi-style.ts'

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check machine, network, clock, buses and disk; with a hint for each problem',
  options: {},
  positionals: [{ name: 'WHO', summary: 'another node, which granted configure to this one' }],
  example: 'kith doctor',
  async run(context) {
    const { positionals, json, terminal } = context
    const [who] = positionals
    const findings = who === undefined ? await checkHere(context) : await checkThere(context, who)
    if (json) terminal.json(findings)
    else terminal.prose(findings.flatMap((finding) => findingLines(finding, terminal.ansi)))
    return findings.some(({ state }) => state === 'bad') ? FAILED : DONE
  }
})

async function checkThere(context: Context, who: string): Promise<Finding[]> {
  const [{ askOnce }, { isFindings }] = await Promise.all([
    import('./afar/ask-afar.ts'),
    import('../../node/manage/answers.ts')
  ])
  return await askOnce(context, { who, op: 'doctor' }, isFindings)
}

async function checkHere({ home, environment, clock, signal }: Context): Promise<Finding[]> {
  const { config, findings } = await checkConfig(home, environment)
  const { connectControl } = await import('../../node/control/client.ts')
  const node = await connectControl(home, clock).catch(() => undefined)
  const checked: DoctorContext = { home, clock, signal, config, node }
  try {
    const { runChecks } = await import('../../node/doctor/checks.ts')
    findings.push(...(await runChecks(checked)))
  } finally {
    await node?.close()
  }
  return findings
}

async function checkConfig(
  home: string,
  environment: Readonly<Record<string, string | undefined>>
): Promise<{ config: NodeConfig | undefined; findings: Finding[] }> {
  try {
    const { config, warnings } = await loadNodeConfig({ home, environment })
    const text = configFileFound({ home }) ? 'no errors' : 'does not exist; the defaults apply'
    const findings = [ok('config', `${configFile({ home })}: ${text}`)]
    for (const warning of warnings)
      findings.push(warn('config', problemLine(warning), commandForm(warning.hint) ?? 'write the new name'))
    return { config, findings }
  } catch (error) {
    return {
      config: undefined,
      findings: [bad('config', describeError(error), 'correct it, then: kith config check')]
    }
  }
}

const marks: Readonly<Record<Finding['state'], readonly [mark: string, style: Style]>> = {
  ok: ['ok   ', 'green'],
  warn: ['warn ', 'yellow'],
  bad: ['error', 'red']
}

function findingLines({ state, about, text, cure: hint }: Finding, ansi: AnsiStyle): string[] {
  const [mark, style] = marks[state]
  const [first = '', ...more] = text.split('\n')
  const indent = ' '.repeat(mark.length + 2)
  const head = `${ansi(mark, style)}  ${about}: ${first}`
  return [head, ...more.map((line) => indent + line), ...(hint === undefined ? [] : [`${indent}${hint}`])]
}
