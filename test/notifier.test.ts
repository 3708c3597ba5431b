import t from 'tap'
import { Notifier } from '../src/notifier.ts'

/** Whether the promise settles without anything else happening. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false
  promise.then(() => {
    settled = true
  })
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  return settled
}

t.test('a waiter is woken', async (t) => {
  const notifier = new Notifier()
  const waiting = notifier.wait()
  t.notOk(await isSettled(waiting))
  notifier.notify()
  t.ok(await isSettled(waiting))
})

t.test('notifications before the wait count as one', async (t) => {
  const notifier = new Notifier()
  notifier.notify()
  notifier.notify()
  t.ok(await isSettled(notifier.wait()))
  const second = notifier.wait()
  t.notOk(await isSettled(second))
  notifier.notify()
  t.ok(await isSettled(second))
})
