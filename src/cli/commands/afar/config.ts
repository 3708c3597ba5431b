import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfigFile } from '../../../config/yaml/config-file.ts'
import { NodeError } from '../../../error.ts'
import { isConfigView, isConfirmed, isPutResult } from '../../../node/manage/answers.ts'
import type { ConfigPutResult, ConfigView } from '../../../node/manage/views.ts'
import { type Context, defineCommand } from '../../command-line/command.ts'
import { DONE } from '../../command-line/exit-status.ts'
import { configFile } from '../../load-config.ts'
import { reloadLines, reloadProblems, reloadStatus } from '../../views/reload-lines.ts'
import { askOnce } from './ask-afar.ts'

/** Option of the actions that can be about another node. */
export const onOption = {
  kind: 'text',
  value: 'WHO',
  summary: 'the configuration of another node, which granted configure to this one'
} as const

const UNCHANGED: ConfigPutResult = { state: 'unchanged', changed: [], pending: [], problems: [] }

/** The configuration of another node. */
export async function viewAfar(context: Context, who: string, isRaw = false): Promise<ConfigView> {
  return await askOnce(context, { who, op: 'config' }, isConfigView, isRaw)
}

/** Checks a file there: against its drivers, its version and what this node may. */
export async function checkAfar(context: Context, who: string): Promise<number> {
  const text = fileText(context)
  return show(context, await askOnce(context, { who, op: 'check', text }, isPutResult))
}

export const put = defineCommand({
  name: 'put',
  summary: 'check a file on another node, which then takes it in place of its own',
  options: { on: onOption },
  positionals: [{ name: 'FILE', summary: 'the file (default: kith.yaml in the home)' }],
  example: 'kith config put hall.yaml --on hall',
  async run(context) {
    const who = whoOf(context)
    const text = fileText(context)
    const { sha256 } = await viewAfar(context, who)
    return await putText(context, who, text, sha256)
  }
})

export const edit = defineCommand({
  name: 'edit',
  summary: 'edit the configuration of another node in $EDITOR',
  options: { on: onOption },
  positionals: [],
  example: 'kith config edit --on hall',
  async run(context) {
    const who = whoOf(context)
    const { text, sha256 } = await viewAfar(context, who, true)
    if (text === undefined)
      throw new NodeError('unsupported', `the configuration of ${who} has secrets, which nobody is shown`, {
        hint: 'edit it there, or replace it as a whole: kith config put FILE --on NODE'
      })
    const folder = mkdtempSync(join(tmpdir(), 'kith-edit-'))
    const file = join(folder, 'kith.yaml')
    writeFileSync(file, text, { mode: 0o600 })
    await runEditor(context, file)
    const edited = readFileSync(file, 'utf8')
    if (edited === text) {
      rmSync(folder, { recursive: true, force: true })
      if (context.json) context.terminal.json(UNCHANGED)
      else context.terminal.line('nothing is changed')
      return DONE
    }
    const status = await putText(context, who, edited, sha256).catch((error: unknown) => {
      context.terminal.remark(`kith: your text is in ${file}`)
      throw error
    })
    if (status === DONE) rmSync(folder, { recursive: true, force: true })
    else context.terminal.remark(`kith: your text is in ${file}`)
    return status
  }
})

/** Puts a text, and confirms it over a new stream: where this node may or can no more, the one of before comes back. */
async function putText(context: Context, who: string, text: string, base: string): Promise<number> {
  const result = await askOnce(context, { who, op: 'put', text, base }, isPutResult)
  const status = show(context, result)
  const { ticket, confirm } = result
  if (ticket === undefined) return status
  try {
    await askOnce(context, { who, op: 'confirm', ticket }, isConfirmed)
  } catch (error) {
    context.terminal.remark(
      `kith: it could not be confirmed: within ${Number(confirm)} s the configuration of before is in force again`
    )
    throw error
  }
  return status
}

function show({ json, terminal }: Context, result: ConfigPutResult): number {
  if (json) terminal.json(result)
  else {
    for (const line of reloadProblems(result)) terminal.remark(line)
    terminal.lines(reloadLines(result))
  }
  return reloadStatus(result)
}

function whoOf({ options, commandLine }: Context): string {
  const who = options['on']
  if (typeof who === 'string') return who
  throw new NodeError('usage', 'kith config: --on names the node', {
    hint: `of this node, edit ${commandLine('config path')} and then: ${commandLine('config reload')}`
  })
}

function fileText({ home, positionals: [file] }: Context): string {
  return readConfigFile(configFile({ home, file }), false) ?? ''
}

/** @throws NodeError 'no-editor' */
async function runEditor({ environment }: Context, file: string): Promise<void> {
  const editor = environment['VISUAL'] || environment['EDITOR'] || 'vi'
  // A shell splits what $EDITOR may have: `code --wait`.
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
  const [status] = await once(child, 'close').catch((cause: unknown) => {
    throw new NodeError('no-editor', 'sh, which starts the editor, cannot be run', {
      hint: `put its folder into PATH; your text is in ${file}`,
      cause
    })
  })
  if (status !== 0)
    throw new NodeError('no-editor', `${editor} ended with ${status}`, {
      hint: `name one that this machine has: EDITOR=nano; your text is in ${file}`
    })
}
