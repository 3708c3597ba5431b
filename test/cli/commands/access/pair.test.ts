import t from 'tap'
import { NodeError } from '../../../../src/error.ts'
import { FakeOperations } from '../../../support/fakes/operations.ts'
import { runCommand } from '../../../support/process/command-run.ts'

t.test('kith pair shows a code, what to type on the other side, and what becomes of it', async (t) => {
  const operations = new FakeOperations()
  const { out, status } = await runCommand('pair --may own,read:air --name phone', { operations })
  t.equal(status, 0)
  t.match(out, /^\n {6}7K3M-Q9TX\n/)
  t.match(
    out,
    /serves once, within 15 min, and makes that machine an owner of this node: it may do\s+everything here/
  )
  t.match(out, /\n {6}kith pair hall 7K3M-Q9TX\n/)
  t.match(out, /a try that failed, from 12D3KooW\w+ \(…m3Rr9c\): 4\s+tries left\nanna is paired, 12D3KooW/)
  t.same(operations.asked.at(-1), { may: ['own', 'read:air'], name: 'phone' })
  const lines = (await runCommand('pair --json', { operations })).out.trim().split('\n')
  t.same(
    lines.map((line) => JSON.parse(line)),
    operations.steps
  )
})

t.test('a code that nobody used is a failure', async (t) => {
  const operations = new FakeOperations()
  for (const [closed, text] of [
    ['expired', /has expired; kith pair shows another/],
    ['tries', /closed after too many wrong tries/],
    ['withdrawn', /the code is closed/]
  ] as const) {
    operations.steps = [{ code: '7K3M-Q9TX', until: 1_795_471_901, may: [] }, { closed }]
    const { status, out } = await runCommand('pair', { operations })
    t.equal(status, 1, closed)
    t.match(out, text)
    t.match(out, /puts each into the other’s book/)
  }
})

t.test('kith pair WHO CODE proves it', async (t) => {
  const operations = new FakeOperations()
  const done = await runCommand('pair hall 7k3mq9tx --name corridor', { operations })
  t.match(done, { status: 0, out: /^hall is paired, 12D3KooW\w+\nthis node may own there\n$/ })
  t.same(operations.asked, [{ who: 'hall', code: '7k3mq9tx', name: 'corridor' }])
  t.match(JSON.parse((await runCommand('pair hall 7K3M-Q9TX --json', { operations })).out), { may: ['own'] })
  operations.error = new NodeError('refused', 'hall does not take this code', { hint: 'look at it' })
  t.match(await runCommand('pair hall 7K3M-Q9TX', { operations }), {
    status: 4,
    err: /hall does not take this code[\s\S]*look at it/
  })
  for (const [line, error] of [
    ['pair hall', /the code is missing[\s\S]*kith pair on the machine of hall shows one/],
    ['pair hall 7K3M-Q9TX --may own', /--may: is for the node that shows the code/]
  ] as const)
    t.match(await runCommand(line, { operations }), { status: 2, err: error })
})

t.test('kith unpair says whether the other side was told, and what still grants it something', async (t) => {
  const operations = new FakeOperations()
  const { status, out, err } = await runCommand('unpair hall', { operations })
  t.equal(status, 0)
  t.match(out, /^hall is in the book no longer, 12D3KooW\w+\nit was not told: it cannot be reached\n$/)
  t.match(err, /kith\.yaml:12 still grants something to it/)
  t.match(JSON.parse((await runCommand('unpair hall --json', { operations })).out), { told: false })
})
