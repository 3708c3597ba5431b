import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { silentLog } from '../../../src/log.ts'
import { bookFile } from '../../../src/node/peers/book-file.ts'
import { BookWatch } from '../../../src/node/peers/book-watch.ts'
import { AddressBook, type BookEntry } from '../../../src/peer/book/book.ts'

const HALL = '- name: hall\n  peer: 12D3KooWMFbyWpEpag1TWQgq8wF3LAGxuduCniJwioo54e3yZ2ES\n'
const ATTIC = '- name: attic\n  peer: 12D3KooWSqa5oTZxNL6fFuQfjx1VsYtdag8SvRNcKG5RMVjmwE56\n'

t.test('an edit is taken while the node runs; a bad one is reported once, and nothing is lost', async (t) => {
  const path = join(t.testdir({ 'book.yaml': HALL }), 'book.yaml')
  const file = bookFile(path)
  const book = new AddressBook(await file.read(), { file, version: await file.version(), capacity: 8 })
  const clock = new VirtualClock()
  const warnings: string[] = []
  const changed: BookEntry[] = []
  let looked: Promise<unknown> = Promise.resolve()
  const reload = (): Promise<readonly BookEntry[]> => {
    const result = book.reload()
    looked = result
    return result
  }
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) }
  const watch = new BookWatch({ book: { reload }, clock, log, changed: (all) => changed.push(...all) })
  const pass = async (looks: number): Promise<void> => {
    for (let i = 0; i < looks; i++) {
      await clock.advance(2_000)
      await looked.catch(() => {})
      await new Promise(setImmediate)
    }
  }
  watch.start()
  await pass(2)
  t.same([changed, warnings], [[], []])

  await writeFile(path, HALL + ATTIC)
  await pass(2)
  t.same(
    changed.map(({ name }) => name),
    ['attic']
  )
  t.ok(book.get('attic'))

  await writeFile(path, `${HALL}${ATTIC}  purpose: soil\n`)
  await pass(5)
  t.equal(warnings.length, 1)
  t.match(
    warnings[0],
    /the one of before stays in force: .*book\.yaml:3: entry "attic": "purpose" is not a key\. hint: /
  )
  t.equal(book.entries().length, 2)

  await writeFile(path, ATTIC)
  await pass(2)
  t.same([book.get('hall'), warnings.length], [undefined, 1])

  watch.stop()
  await writeFile(path, HALL)
  await pass(3)
  t.equal(book.get('hall'), undefined, 'nothing is looked at once it is stopped')
})
