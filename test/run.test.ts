import { spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const RUN = fileURLToPath(new URL('run.ts', import.meta.url))

/** Status and output of the runner over files of these names and contents. */
function runOver(t: Test, files: Readonly<Record<string, string>>): { status: number | null; out: string } {
  const folder = t.testdir(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [`${name}.test.ts`, `import t from 'tap'\n${content}`])
    )
  )
  const { status, stdout } = spawnSync(process.execPath, [RUN, join(folder, '*.test.ts')], {
    encoding: 'utf8'
  })
  return { status, out: stdout }
}

t.test('the sum is that of all files', async (t) => {
  const { status, out } = runOver(t, {
    one: "t.pass('one'); t.pass('two')",
    two: "t.skip('no root'); t.todo('later'); t.test('in it', async (t) => { t.pass('three') })"
  })
  t.equal(status, 0)
  t.match(out, /^skipped in .*two\.test\.ts: no root\n# \{ total: 5, pass: 3, todo: 1, skip: 1 \}\n$/)
})

t.test('no test takes part in the mDNS of this machine, nor a process that it starts', async (t) => {
  const { status, out } = runOver(t, {
    joins: `import { createSocket } from 'node:dgram'
      import { once } from 'node:events'
      const [one, other] = [createSocket('udp4').bind({ port: 5353 }), createSocket('udp4')]
      await once(one, 'listening')
      t.not(one.address().port, 5353)
      const heard = once(one, 'message')
      other.send('question', 5353, '127.0.0.1')
      other.send('question', 0, 8, 5353, '127.0.0.1')
      t.equal(String((await heard)[0]), 'question', 'what it says reaches itself alone')
      one.close(), other.close()`,
    starts: "t.equal(process.env['KITH_MDNS'], 'false')"
  })
  t.match(out, /# \{ total: 3, pass: 3 \}/)
  t.equal(status, 0)
})

t.test('what is skipped is named with the reason', async (t) => {
  const { status, out } = runOver(t, {
    one: "t.test('in it', async (t) => { t.test('needs a bus', { skip: 'there is none' }, async () => {}) })"
  })
  t.equal(status, 0)
  t.match(out, /^skipped in .*one\.test\.ts: needs a bus: there is none$/m)
})

t.test('what a file leaves running is ended with it', async (t) => {
  const { status, out } = runOver(t, {
    leaving: `import { spawn } from 'node:child_process'
      spawn('sleep', ['600'], { stdio: 'inherit' }).unref()
      t.pass('one')`
  })
  t.equal(status, 0)
  t.equal(out, '# { total: 1, pass: 1 }\n')
})

t.test('each file that fails is named, with the reason and without what passes', async (t) => {
  const { status, out } = runOver(t, {
    passes: "t.pass('one')",
    fails: "t.test('in it', async (t) => { t.pass('two'); t.equal(1, 2, 'three') })",
    nothing: '',
    leaves: "t.test('in it', async () => { process.exit(0) })",
    killed: "t.pass('one'); process.kill(process.pid, 'SIGKILL')",
    throws: "t.pass('one'); throw new Error('broken')",
    rejects:
      "t.test('in it', async () => { Promise.reject(new Error('lost')); await new Promise(setImmediate) })",
    late: "t.pass('one'); setTimeout(() => { throw new Error('late') })",
    unreadable: 'const = 1',
    status: "t.pass('one'); process.on('exit', () => process.exit(3))"
  })
  t.equal(status, 1)
  const told = new Map(
    out
      .split('\nnot ok: ')
      .slice(1)
      .map((text) => [basename(text.split('\n', 1)[0] ?? '', '.test.ts'), text])
  )
  t.strictSame(
    [...told.keys()].toSorted(),
    ['fails', 'killed', 'late', 'leaves', 'nothing', 'rejects', 'status', 'throws', 'unreadable'],
    'no word of the file that passes'
  )
  t.match(told.get('fails'), /^ {4}not ok 2 - three\n[\s\S]*\n +-2\n +\+1\n/m)
  t.match(told.get('nothing'), /^it ended with 0 before its checks did$/m)
  t.match(told.get('leaves'), /not ok 1 - test unfinished/)
  t.match(told.get('killed'), /^it ended with SIGKILL before its checks did$/m)
  t.match(told.get('throws'), /broken/)
  t.match(told.get('rejects'), /not ok 2 - lost/)
  t.match(told.get('late'), /wrote to stderr:[\s\S]*Error: late/)
  t.match(told.get('unreadable'), /wrote to stderr:[\s\S]*SyntaxError/)
  t.match(told.get('status'), /^it ended with 3$/m)
  t.notMatch(out, /^ *ok /m)
  t.match(out, /\n# \{ total: 15, pass: 6, fail: 9 \}\n$/)
})

t.test('a pattern that no file has is an error', async (t) => {
  const { status, stdout } = spawnSync(process.execPath, [RUN, 'test/none/*.test.ts'], { encoding: 'utf8' })
  t.equal(status, 2)
  t.equal(stdout, 'no test file is test/none/*.test.ts\n')
})
