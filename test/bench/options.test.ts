import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { optionsOf, WrongUse } from '../../bench/options.ts'

t.test('numbers, names and flags of a run', async (t) => {
  t.match(optionsOf([]), { names: [], isFull: false, list: false, minutes: undefined, sizes: [] })
  t.match(optionsOf(['gateway', '--full', '--minutes', '60', '--devices', '100,300']), {
    names: ['gateway'],
    isFull: true,
    minutes: 60,
    sizes: [100, 300]
  })
  for (const args of [
    ['--bogus'],
    ['nothing'],
    ['constructor'],
    ['--minutes'],
    ['--minutes', '0'],
    ['--minutes', '1.5'],
    ['--minutes', 'ten'],
    ['--devices', '100,'],
    ['--devices', '-1'],
    ['--devices', '1e3'],
    ['--devices', '100000']
  ])
    t.throws(() => optionsOf(args), WrongUse, args.join(' '))
})

t.test('wrong use ends with 2, the usage and no stack', async (t) => {
  const run = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, '--bogus'], { encoding: 'utf8' })
  t.equal(status, 2)
  t.equal(stdout, '')
  t.match(stderr, /^usage: npm run bench.*--bogus/s)
  t.notMatch(stderr, /^ +at /m)
})
