import * as v from 'valibot'
import type { ProblemView } from '../../config/config-error.ts'
import type { Finding } from '../doctor/finding.ts'
import type { ConfigPutResult, ConfigView } from './views.ts'

// Another node may answer anything. Fields that a later version adds are let through, for --json.

const problem: v.GenericSchema<ProblemView> = v.looseObject({
  level: v.picklist(['error', 'warning']),
  origin: v.string(),
  path: v.string(),
  message: v.string(),
  hint: v.exactOptional(v.string())
})

const putResult: v.GenericSchema<ConfigPutResult> = v.looseObject({
  state: v.picklist(['applied', 'unchanged', 'refused', 'checked']),
  changed: v.array(v.string()),
  pending: v.array(v.string()),
  problems: v.array(problem),
  ticket: v.exactOptional(v.string()),
  confirm: v.exactOptional(v.number())
})

const configView: v.GenericSchema<ConfigView> = v.looseObject({
  file: v.string(),
  sha256: v.string(),
  text: v.exactOptional(v.string()),
  options: v.exactOptional(
    v.array(v.looseObject({ path: v.string(), text: v.string(), origin: v.string() }))
  ),
  problems: v.array(problem)
})

const findings: v.GenericSchema<Finding[]> = v.array(
  v.looseObject({
    state: v.picklist(['ok', 'warn', 'bad']),
    about: v.string(),
    text: v.string(),
    cure: v.exactOptional(v.string())
  })
)

export const isPutResult = (answer: unknown): answer is ConfigPutResult => v.is(putResult, answer)
export const isConfigView = (answer: unknown): answer is ConfigView => v.is(configView, answer)
export const isFindings = (answer: unknown): answer is Finding[] => v.is(findings, answer)

const confirmed = v.looseObject({ confirmed: v.literal(true) })
const restarting = v.looseObject({ restarting: v.literal(true) })
export const isConfirmed = (answer: unknown): answer is object => v.is(confirmed, answer)
export const isRestarting = (answer: unknown): answer is object => v.is(restarting, answer)
