import t from 'tap'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('peers --forget says which addresses were removed', async (t) => {
  const operations = new FakeOperations()
  const { out, status } = await runCommand('peers --forget hall', { operations })
  t.equal(out, 'hall: 1 forgotten; the address book is as it was\n  /ip4/192.168.1.20/tcp/4001\n')
  t.equal(status, 0)
  t.same(operations.asked, [{ who: 'hall' }])
  const asJson = await runCommand('peers --forget hall --json', { operations })
  t.match(JSON.parse(asJson.out), [{ who: 'hall', addresses: ['/ip4/192.168.1.20/tcp/4001'] }])
})

t.test('peers that are gone and not in the book are shown with --all only', async (t) => {
  const { out, err } = await runCommand('peers')
  t.notMatch(out, 'Sm3Rr9c')
  t.match(err, 'kith: 1 not in the book is gone; kith peers --all shows them')
  t.match(out, /^hall +…Lq7Xf2a +yes/m)
  for (const line of ['peers --all', 'peers -a', 'peers --json']) {
    const all = await runCommand(line)
    t.match(all.out, 'Sm3Rr9c', line)
    t.equal(all.err, '')
  }
})

t.test('ping --trace lists what was tried before the reply', async (t) => {
  const operations = new FakeOperations()
  const tried = ['192.168.7.3: no answer within 3 s', 'direct 192.168.1.20: connected']
  operations.replies = operations.replies.slice(0, 1).map((reply) => ({ ...reply, tried }))
  const { out } = await runCommand('ping hall -n 1 --trace', { operations })
  t.match(
    out,
    /^the way to hall:\n {2}192\.168\.7\.3: no answer within 3 s\n {2}direct 192\.168\.1\.20: connected\n/
  )
  t.match(operations.asked, [{ who: 'hall', trace: true }])
})
