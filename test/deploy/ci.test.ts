import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const script = fileURLToPath(new URL('../../.ci/run', import.meta.url))
const GOOD = '# { total: 12, pass: 12 }'

/** Runs .ci/run with an npm whose `run STEP` and `test` end as the test sets. */
function ci(t: Test, { fails = '', summary = GOOD, status = 0 } = {}): { last: string; status: unknown } {
  const npm = `#!/bin/sh
    [ "$1" = test ] && { echo '${summary}'; echo '# time=1ms'; exit ${status}; }
    [ "$3" != '${fails}' ]`
  const bin = t.testdir({ npm })
  const program = `chmod +x '${bin}/npm'; PATH='${bin}':$PATH exec bash '${script}'`
  const run = spawnSync('sh', ['-c', program], { encoding: 'utf8' })
  return { last: run.stdout.trimEnd().split('\n').at(-1) ?? '', status: run.status }
}

t.test('it passes when every step does', async (t) => {
  t.strictSame(ci(t), { last: '12 passed, 0 failed', status: 0 })
})

for (const fails of ['typecheck', 'lint', 'build']) {
  t.test(`it fails by ${fails}`, async (t) => {
    t.strictSame(ci(t, { fails }), { last: '0 passed, 1 failed', status: 1 })
  })
}

t.test('it fails by a test, and by what tap does not count', async (t) => {
  const summary = '# { total: 12, pass: 11, fail: 1 }'
  t.strictSame(ci(t, { summary, status: 1 }), { last: '11 passed, 1 failed', status: 1 })
  t.strictSame(ci(t, { status: 1 }), { last: '12 passed, 1 failed', status: 1 }, 'tap itself failed')
  t.strictSame(ci(t, { summary: '' }), { last: '0 passed, 1 failed', status: 1 }, 'nothing was tested')
})
