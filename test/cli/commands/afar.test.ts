import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ManageAsk } from '../../../src/node/api/manage/manage-ask.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

/** Another node that answers each op with its values, and notes what it was asked. */
class Hall extends FakeOperations {
  readonly ops: ManageAsk[] = []
  readonly answers: Partial<Record<ManageAsk['op'], readonly unknown[]>>

  constructor(answers: Partial<Record<ManageAsk['op'], readonly unknown[]>>) {
    super()
    this.answers = answers
  }

  override async *manage(ask: ManageAsk): AsyncGenerator<unknown> {
    this.ops.push(ask)
    yield* this.answers[ask.op] ?? []
  }
}

const ticket = '0f'.repeat(16)
const applied = {
  state: 'applied',
  changed: ['log.level'],
  pending: ['listen'],
  problems: [],
  ticket,
  confirm: 60
}

function fileWith(t: Test, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-afar-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'hall.yaml'), text)
  return join(folder, 'hall.yaml')
}

t.test('status, doctor and log of another node', async (t) => {
  const status = await new FakeOperations().status()
  const operations = new Hall({
    status: [{ ...status, name: 'hall\u001b[2J' }],
    restart: [{ restarting: true }],
    doctor: [[{ state: 'bad', about: 'disk', text: 'full', cure: 'free some' }]],
    logs: [{ level: 'warn', time: 0, msg: 'a \u001b[31mred line', sensor: 'air' }, { lost: 3 }]
  })
  const shown = await runCommand('status hall', { operations })
  t.match(shown.out, /hall.\[2J/)
  t.notMatch(shown.out, /\u001b\[2J/, 'its words move no cursor')
  const doctor = await runCommand('doctor hall', { operations })
  t.match(doctor.out, /disk: full\n +free some/)
  t.equal(doctor.status, 1)
  t.equal((await runCommand('restart hall', { operations })).out, 'hall restarts\n')
  const logs = await runCommand('logs hall -n 2', { operations })
  t.match(logs.out, /1970-01-01 .* warn a .\[31mred line +sensor=air\n… 3 lines/)
  t.notMatch(logs.out, /\u001b/)
  t.match(operations.ops.at(-1), { who: 'hall', op: 'logs', n: 2, follow: false })
  t.equal((await runCommand('logs hall -n 10000', { operations })).status, 0)
  const { length } = operations.ops
  t.match(await runCommand('logs hall -n 10001', { operations }), {
    status: 2,
    err: /^kith: kith logs --lines: must be 1 to 10000 of another node, not 10001\n/
  })
  t.equal(operations.ops.length, length, 'and asks nobody')
})

t.test('an answer that is none is an error, not a crash and no success', async (t) => {
  const file = fileWith(t, 'name: hall\n')
  const view = { file: '/x/kith.yaml', sha256: 'aa', problems: [] }
  const wrong: readonly (readonly [words: string, answers: Hall['answers']])[] = [
    ...[{ name: 7 }, null].map((answer) => ['status hall', { status: [answer] }] as const),
    ...[{}, null, [null], [{ state: 'well' }], [{ state: 'bad', about: 'disk' }]].map(
      (answer) => ['doctor hall', { doctor: [answer] }] as const
    ),
    ['restart hall', {}],
    ['restart hall', { restart: [{ error: 'later' }] }],
    ...[null, { state: 'checked' }, { ...applied, problems: [{}] }].flatMap(
      (answer) =>
        [
          [`config check ${file} --on hall`, { check: [answer] }],
          [`config put ${file} --on hall`, { config: [view], put: [answer] }]
        ] as const
    ),
    [`config put ${file} --on hall`, { config: [{ ...view, sha256: 7 }], put: [applied] }],
    [`config put ${file} --on hall`, { config: [view], put: [applied], confirm: [{}] }],
    ['config show --on hall', { config: [{ ...view, options: [{ path: 'name' }] }] }],
    ['config edit --on hall', { config: [{ ...view, text: 7 }] }]
  ]
  for (const [words, answers] of wrong)
    for (const form of ['', ' --json']) {
      // Of a state, --json shows what came.
      if (words === 'status hall' && form !== '' && answers.status?.[0] !== null) continue
      const { status, err } = await runCommand(words + form, { operations: new Hall(answers) })
      const what = `${words}${form} ${JSON.stringify(answers)}`
      t.equal(status, 1, what)
      t.match(err, /the answer of hall cannot be read/, what)
    }
  const { err } = await runCommand('doctor hall', { operations: new Hall({ doctor: [{ a: '\u001b[2J' }] }) })
  t.match(err, /another version of kith\? it sent \{"a":".\[2J"\}/)
  t.notMatch(err, '\u001b')
})

t.test('put: the file that it is made for, then the confirmation', async (t) => {
  const file = fileWith(t, 'name: hall\n')
  const operations = new Hall({
    config: [{ file: '/x/kith.yaml', sha256: 'aa', text: '', problems: [] }],
    put: [applied],
    confirm: [{ confirmed: true }]
  })
  const { status, out } = await runCommand(`config put ${file} --on hall`, { operations })
  t.equal(status, 0)
  t.equal(out, 'applied: log.level\nneeds a restart: listen\n')
  t.match(operations.ops, [
    { op: 'config' },
    { op: 'put', text: 'name: hall\n', base: 'aa' },
    { op: 'confirm', ticket }
  ])
})

t.test('put: what is refused is told with line and cure, and not confirmed', async (t) => {
  const file = fileWith(t, 'access: []\n')
  const problem = {
    level: 'error',
    origin: '/x/kith.yaml:1:1',
    path: 'access',
    message: 'a change of it needs own',
    hint: 'ask'
  }
  const operations = new Hall({
    config: [{ file: '/x/kith.yaml', sha256: 'aa', problems: [] }],
    put: [{ state: 'refused', changed: [], pending: [], problems: [problem] }],
    check: [{ state: 'checked', changed: ['access'], pending: [], problems: [] }]
  })
  const put = await runCommand(`config put ${file} --on hall`, { operations })
  t.equal(put.status, 2)
  t.match(put.err, /kith\.yaml:1:1 +access: a change of it needs own\n +ask\nkith: nothing is changed/)
  t.equal(operations.ops.length, 2)
  const check = await runCommand(`config check ${file} --on hall`, { operations })
  t.equal(check.out, 'would apply: access\n')
  const partly = new Hall({
    config: [{ file: '/x/kith.yaml', sha256: 'aa', problems: [] }],
    put: [{ ...applied, problems: [{ ...problem, message: 'cannot be applied: full' }] }],
    confirm: [{ confirmed: true }]
  })
  t.equal((await runCommand(`config put ${file} --on hall`, { operations: partly })).status, 1)
  const nowhere = await runCommand(`config put ${file}`, { operations })
  t.equal(nowhere.status, 2)
  t.match(nowhere.err, /--on names the node/)
})

t.test('edit: the text of the other node in $EDITOR; one that is not taken is kept', async (t) => {
  const view = { file: '/x/kith.yaml', sha256: 'aa', text: 'name: hall\n', problems: [] }
  const operations = new Hall({ config: [view], put: [applied], confirm: [{ confirmed: true }] })
  const edited = await runCommand('config edit --on hall', {
    operations,
    environment: { EDITOR: 'sed -i s/hall/attic/' }
  })
  t.equal(edited.status, 0)
  t.match(operations.ops[1], { op: 'put', text: 'name: attic\n' })
  const same = await runCommand('config edit --on hall', { operations, environment: { EDITOR: 'true' } })
  t.equal(same.out, 'nothing is changed\n')
  const sameJson = await runCommand('config edit --on hall --json', {
    operations,
    environment: { EDITOR: 'true' }
  })
  t.same(JSON.parse(sameJson.out), { state: 'unchanged', changed: [], pending: [], problems: [] })
  t.equal(sameJson.status, 0)
  const refusing = new Hall({
    config: [view],
    put: [{ state: 'refused', changed: [], pending: [], problems: [] }]
  })
  const refused = await runCommand('config edit --on hall', {
    operations: refusing,
    environment: { EDITOR: 'sed -i s/hall/attic/' }
  })
  const [, kept = ''] = /your text is in (.*)/.exec(refused.err) ?? []
  t.equal(readFileSync(kept, 'utf8'), 'name: attic\n')
  rmSync(join(kept, '..'), { recursive: true })
  const secret = new Hall({ config: [{ file: '/x/kith.yaml', sha256: 'aa', problems: [] }] })
  t.match((await runCommand('config edit --on hall', { operations: secret })).err, /has secrets/)
  t.notOk(existsSync(kept))
})

t.test('edit: without a shell the error says where the text is', async (t) => {
  const operations = new Hall({
    config: [{ file: '/x/kith.yaml', sha256: 'aa', text: 'name: hall\n', problems: [] }]
  })
  const { PATH } = process.env
  t.teardown(() => {
    process.env['PATH'] = PATH
  })
  process.env['PATH'] = '/nowhere'
  const { status, err } = await runCommand('config edit --on hall', {
    operations,
    environment: { EDITOR: 'true' }
  })
  t.equal(status, 1)
  t.match(
    err,
    /^kith: sh, which starts the editor, cannot be run\n +put its folder into PATH; your text is in /
  )
  const [, kept = ''] = /your text is in (.*)/.exec(err) ?? []
  t.equal(readFileSync(kept, 'utf8'), 'name: hall\n')
  rmSync(join(kept, '..'), { recursive: true })
})

t.test('show: its options and where they are set', async (t) => {
  const options = [{ path: 'name', text: 'hall', origin: '/x/kith.yaml:1:7' }]
  const operations = new Hall({ config: [{ file: '/x/kith.yaml', sha256: 'aa', options, problems: [] }] })
  const { out } = await runCommand('config show --on hall', { operations })
  t.match(out, /OPTION +VALUE +FROM\nname +hall +\/x\/kith\.yaml:1:7/)
})

t.test('reload: what it did, or why not', async (t) => {
  const operations = new FakeOperations()
  operations.reloaded = { state: 'applied', changed: ['sensors.air'], pending: [], problems: [] }
  t.equal((await runCommand('config reload', { operations })).out, 'applied: sensors.air\n')
  operations.reloaded = { state: 'unchanged', changed: [], pending: [], problems: [] }
  t.equal((await runCommand('config reload', { operations })).out, 'nothing to apply\n')
  const failed = {
    level: 'error',
    origin: '',
    path: 'deny, sensors.air',
    message: 'cannot be applied: full',
    hint: 'again'
  } as const
  const pending = ['listen', 'deny', 'sensors.air']
  operations.reloaded = { state: 'applied', changed: ['name'], pending, problems: [failed] }
  const partly = await runCommand('config reload', { operations })
  t.equal(partly.status, 1)
  t.equal(partly.out, 'applied: name\nneeds a restart: listen\n')
  t.equal(partly.err, 'deny, sensors.air: cannot be applied: full\n      again\n')
})

t.test('status: what of the configuration is not in force, and why', async (t) => {
  const operations = new FakeOperations()
  const status = await operations.status()
  const problem = { level: 'error', origin: '', path: 'deny', message: 'cannot be applied: full' } as const
  const config = {
    pending: ['listen', 'deny'],
    failed: [problem],
    refused: { at: 0, problems: [{ ...problem, path: '', message: 'the file sets no option' }] }
  }
  const { out } = await runCommand('status hall', {
    operations: new Hall({ status: [{ ...status, config }] })
  })
  t.match(out, /config +needs a restart: listen\n/)
  t.match(out, /config +deny cannot be applied: full\n/)
  t.match(out, /config +not taken: the file sets no option\n/)
})
