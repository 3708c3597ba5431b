import { fileURLToPath } from 'node:url'
import t from 'tap'
import { commandHint, describeError, hintOf, NodeError } from '../src/error.ts'
import { errorView } from '../src/node/api/error-view.ts'
import { sourceFiles } from './support/source/source-imports.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
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

/** Whose hints no program gets, and why. */
const EXCEPTIONS: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^src\/(cli|provision)\//, 'the command line itself'],
  [/^src\/node\/(backup\/|control\/client\.ts)/, 'only commands use it'],
  [/^src\/config\/(provisioning|yaml\/config-file)\.ts/, 'of files that only commands read'],
  [
    /^src\/node\/(doctor\/|(network\/shared-keys|peers\/store-policy)\.ts)/,
    'of kith doctor and lines of the log'
  ]
]
/** A text of one form that names a command, an option or the file of the command line. */
const COMMAND =
  /^(?! *(?:\/\*|\*|\/\/)).*\bhint(?:: Hint)?(?::| =) ?['"`].*(?:kith (?:run|init|id|book|peers|ask|status|watch|history|ping|devices|doctor|config|switch)\b|--(?:home|simulated|set)\b|kith\.yaml)/m

t.test('every hint that names the command line has a form for programs', async (t) => {
  const files = sourceFiles(ROOT, ['src', 'devices'])
  t.ok(files.length > 500, 'the sources are found')
  const found = files
    .filter(({ path, text }) => COMMAND.test(text) && !EXCEPTIONS.some(([pattern]) => pattern.test(path)))
    .map(({ path, text }) => `${path}: ${COMMAND.exec(text)?.[0]}`)
  t.strictSame(found, [])
  for (const [pattern, reason] of EXCEPTIONS)
    t.ok(
      files.some(({ path }) => pattern.test(path)),
      reason
    )
})
