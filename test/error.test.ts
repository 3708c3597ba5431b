import t from 'tap'
import { commandHint, describeError, hintOf, NodeError } from '../src/error.ts'
import { errorView } from '../src/node/api/error-view.ts'

const hint = { command: 'kith peers lists who is near', program: 'peers() has who is near' }
const error = new NodeError('nobody-found', 'nobody known as "x"', { hint })

t.test('a program gets a hint of the library, a person one of the command line', async (t) => {
  t.equal(error.hint, 'peers() has who is near')
  t.equal(commandHint(error), 'kith peers lists who is near')
  t.equal(describeError(error), 'nobody known as "x". hint: kith peers lists who is near')
  t.same(errorView(error).hint, 'kith peers lists who is near')
})

t.test('a hint of one form is for both', async (t) => {
  const plain = new NodeError('denied', 'no', { hint: 'chmod 600 key' })
  t.same([plain.hint, commandHint(plain)], ['chmod 600 key', 'chmod 600 key'])
  t.same([commandHint(new NodeError('x', 'y')), commandHint(new Error('y'))], [undefined, undefined])
})

t.test('an error that explains another keeps both forms', async (t) => {
  const explained = new NodeError('unreachable', 'x cannot be reached', { hint: hintOf(error) ?? '' })
  t.same([explained.hint, commandHint(explained)], [hint.program, hint.command])
  t.equal(hintOf(new Error('y')), undefined)
  const ofAnotherCopy = Object.assign(new Error('y'), { name: 'NodeError', code: 'z', hint: 'wait' })
  t.same(hintOf(ofAnotherCopy), { command: 'wait', program: 'wait' })
})
