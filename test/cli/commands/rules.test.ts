import t from 'tap'
import { FakeOperations } from '../../support/fakes/operations.ts'
import { runCommand } from '../../support/process/command-run.ts'

t.test('kith rules lists state, last firing, why, and what is wrong', async (t) => {
  const operations = new FakeOperations()
  const { status, out } = await runCommand('rules', { operations })
  t.equal(status, 0)
  t.match(out, /^RULE +STATE +WHEN/)
  t.match(out, /frost +fault +.*60 s ago +air\/temperature is 4\.21 °C +desk cannot be reached/)
  t.match(JSON.parse((await runCommand('rules --json', { operations })).out), operations.ruleViews)
})

t.test('kith rules NAME says all about one', async (t) => {
  const operations = new FakeOperations()
  const { out } = await runCommand('rules frost', { operations })
  t.match(out, /when +air\/temperature below 5, over at 6/)
  t.match(out, /does +switch heater on for 10 min\n +send desk \/note\/text\/v1/)
  t.match(out, /fired +3 times, last 60 s ago/)
  t.match(out, /send desk \/note\/text\/v1: desk cannot be reached/)
  t.match(await runCommand('rules thaw', { operations }), {
    status: 1,
    err: /no rule thaw[\s\S]*it has frost/
  })
  operations.ruleViews = [
    {
      name: 'night',
      when: 'at 02:30',
      does: ['log "x"'],
      state: 'ready',
      fired: 0,
      next: 1_795_471_001,
      note: '02:30 does not exist on that day: the clock is put forward'
    }
  ]
  t.match(
    (await runCommand('rules night', { operations })).out,
    /next +2026-11-23 .*does not exist on that day/
  )
  operations.ruleViews = []
  t.match(await runCommand('rules', { operations }), { out: '', err: /no rules are configured/ })
})
