import t from 'tap'
import { commandHint } from '../../../../src/error.ts'
import { remoteQueryError } from '../../../../src/protocol/query/codec/query-error.ts'

t.test('a refusal of another node names the word that is missing, and what its owner does', async (t) => {
  const error = remoteQueryError('hall', { code: 'denied', text: 'only peers of the book are answered' })
  t.match(error, { code: 'denied', message: 'hall answers denied: only peers of the book are answered' })
  t.match(commandHint(error), /takes read there.*kith book add NAME PEERID.*kith id/)
  t.match(error.hint, /takes read there/)
  const busy = remoteQueryError('hall', { code: 'busy', text: 'too many', retry: 20 })
  t.match(busy, { hint: 'ask again in 20 ms', remedy: 'retry' })
})
