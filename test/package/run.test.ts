import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'

t.test('where compilers are missing, the run names them and their packages', async (t) => {
  const run = (...words: string[]) => {
    const script = fileURLToPath(new URL('run.ts', import.meta.url))
    const env = { ...process.env, PATH: t.testdir() }
    return spawnSync(process.execPath, [script, ...words], { env, encoding: 'utf8', timeout: 60_000 })
  }
  const lacking =
    /^skipped: aarch64-linux-gnu-gcc, .* missing: apt-get install gcc-aarch64-linux-gnu .*npm\n$/
  t.match(run(), { status: 0, stdout: lacking })
  t.match(run('--required'), { status: 1, stdout: lacking })
})
