process.env['TZ'] = 'UTC'

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { runCommandLine } from '../../../src/cli/command-line/dispatch.ts'
import { allCommands } from '../../../src/cli/commands.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { Captured, runCommand } from '../../support/process/command-run.ts'

const commands = await allCommands()

t.test('the book is listed and changed', async (t) => {
  const operations = new FakeOperations()
  t.equal(
    (await runCommand('book', { operations })).err,
    'kith: the book is empty; kith book add NAME WHO adds an entry\n'
  )
  t.equal((await runCommand('book add hall x -p soil,temperature', { operations })).out, 'hall is x\n')
  t.equal((await runCommand('book rename hall loft', { operations })).out, 'hall renamed to loft\n')
  t.equal(
    (await runCommand('book', { operations })).out,
    'NAME  PEER  PURPOSES          TIME  ADDRESSES  NOTE\nloft  x     soil temperature  –     –          –\n'
  )
  t.equal((await runCommand('book remove loft', { operations })).out, 'loft removed\n')
  t.equal(operations.entries.size, 0)
})

t.test('an invite brings a name, or is given one; relays are written', async (t) => {
  const operations = new FakeOperations()
  const asked: unknown[] = []
  operations.bookPut = async (change) => {
    asked.push(change)
    return { name: 'hall', peer: 'x', purposes: [], addresses: [], time: false, added: 'scanned' }
  }
  await runCommand('book add kith:1/x?name=hall', { operations })
  await runCommand('book add den kith:1/x', { operations })
  await runCommand('book add den --relay /dns4/a/tcp/1/p2p/x', { operations })
  t.strictSame(asked, [
    { who: 'kith:1/x?name=hall' },
    { name: 'den', who: 'kith:1/x' },
    { name: 'den', relays: ['/dns4/a/tcp/1/p2p/x'] }
  ])
})

t.test('the book goes to a file and back, in batches, with what was not taken', async (t) => {
  const operations = new FakeOperations()
  const digits = (i: number): string => String(i).padStart(6, '0').replaceAll('0', 'A')
  for (let i = 0; i < 500; i++) {
    const peer = `12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e${digits(i)}`
    const entry = {
      name: `n${i}`,
      peer,
      purposes: [],
      addresses: [],
      time: false,
      note: 'x\u001b'.repeat(50)
    }
    operations.entries.set(entry.name, entry)
  }
  const file = join(mkdtempSync(join(tmpdir(), 'kith-cli-')), 'friends.yaml')
  t.match(await runCommand(`book export ${file}`, { operations }), {
    status: 0,
    out: /^500 entries written to /
  })
  t.match(await runCommand(`book export ${file}`, { operations }), { err: /friends\.yaml exists already/ })
  t.equal((await runCommand('book export', { operations })).out, readFileSync(file, 'utf8'))
  const other = new FakeOperations()
  const batches: number[] = []
  other.bookImport = async (entries) => {
    batches.push(JSON.stringify(entries).length)
    return {
      added: entries.map(({ name }) => name),
      changed: [],
      same: 1,
      conflicts: [{ name: 'a', text: 'b\u001b' }]
    }
  }
  const { out } = await runCommand(`book import ${file}`, { operations: other })
  t.ok(batches.length > 1 && batches.every((size) => size < 64 * 1024), 'each fits into one request')
  t.match(out, /^500 added, 0 changed, \d+ the same, not taken:\n {2}a: b\ufffd\n/)
  writeFileSync(file, '- name: hall\n  peer: nobody\n')
  t.match(await runCommand(`book import ${file}`, { operations: other }), {
    err: /friends\.yaml:1: entry "hall"/
  })
  t.match(await runCommand(`book import ${file}.none`, { operations: other }), { err: /ENOENT/ })
})

t.test('a change of the book needs a home', async (t) => {
  const nowhere = { KITH_HOME: '/nowhere/at/all' }
  const stderr = new Captured()
  const status = await runCommandLine(['book', 'add', 'hall', 'x'], {
    commands,
    stdout: new Captured(),
    stderr,
    environment: nowhere,
    clock: new VirtualClock(),
    signal: new AbortController().signal
  })
  t.equal(status, 1)
  t.match(stderr.text, /does not exist, and a book needs a home\n.*kith init/)
})
