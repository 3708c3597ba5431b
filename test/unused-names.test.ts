import { fileURLToPath } from 'node:url'
import t from 'tap'
import { sourceFile, sourceFiles } from './support/source/source-imports.ts'
import { unusedNames } from './support/source/unused-names.ts'

/** Where programs begin: what none of them imports, however far, is for tests alone. */
const ENTRIES =
  /^(src\/(main|index|driver|simulated)\.ts|(bench|examples|scripts)\/.*|devices\/(index|models)\.ts)$/

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What tests alone may use, and why. */
const EXCEPTIONS: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^devices\/[^/]+\/vectors\.ts$/, 'bytes and values of the datasheet, kept beside the chip for its test'],
  [/^devices\/[^/]+\/model\.ts$/, 'variants of a chip that a test puts on the bus'],
  [/^src\/(index|driver|simulated)\.ts$/, 'what others import'],
  [/^src\/hal\/simulated\/pins\.ts$/, 'what a test of a driver does to its lines, by kith/simulated']
]

t.test('nothing in src and devices is there for tests alone', async (t) => {
  const files = sourceFiles(ROOT, ['src', 'devices', 'bench', 'examples', 'scripts'])
  const judged = (path: string): boolean =>
    /^(src|devices)\//.test(path) && !EXCEPTIONS.some(([pattern]) => pattern.test(path))
  t.ok(files.filter(({ path }) => judged(path)).length > 300, 'the sources are found')
  t.strictSame(unusedNames(files, judged), [])
})

t.test('every file of src and devices is part of a program', async (t) => {
  const files = sourceFiles(ROOT, ['src', 'devices', 'bench', 'examples', 'scripts'])
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports.map(({ to }) => to)]))
  const reached = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    for (const to of importsOf.get(path) ?? []) visit(to)
  }
  for (const { path } of files) if (ENTRIES.test(path)) visit(path)
  const judged = ({ path }: { readonly path: string }): boolean =>
    !EXCEPTIONS.some(([pattern]) => pattern.test(path)) && !path.endsWith('.d.ts')
  t.strictSame(
    files.filter((file) => judged(file) && !reached.has(file.path)).map(({ path }) => path),
    []
  )
})

t.test('a name that nobody uses is found', async (t) => {
  const files = [
    sourceFile(
      'src/a.ts',
      `export const used = 1
export const unused = 2 // unused
export class Box {
  constructor() {
  }
  /** open(), shut() and #rust() */
  open(): void {
  }
  async shut(now: number): Promise<void> {
  }
}
`
    ),
    sourceFile('src/b.ts', "import { Box, used } from './a.ts'\nexport const c = new Box().open() + used + c")
  ]
  t.strictSame(
    unusedNames(files, () => true),
    ['src/a.ts: unused', 'src/a.ts: shut']
  )
})
