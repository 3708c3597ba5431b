import t from 'tap'
import { mutantsOf } from './mutants.ts'

t.test('each number by one unit, each operator to another', async (t) => {
  const source = [
    "import { VALUE } from './registers.ts'",
    '/** 16 steps. */',
    "export function celsius(word: number | undefined, step: 'half' | 'whole'): number {",
    '  const [low = 0, high = 0] = split(word ?? 0)',
    '  return (175.72 * (high << 0x1f)) / 1e-6 - low // 5',
    '}'
  ].join('\n')
  t.same(
    mutantsOf(source).map(({ line, from, to }) => `${line}: ${from} ${to}`),
    ['5: 175.72 175.73', '5: 0x1f 0x20', '5: 1e-6 2e-6', '5: * /', '5: << >>', '5: / *', '5: - +']
  )
})

t.test('the rest of the source stays as it is', async (t) => {
  const [first] = mutantsOf("const text = '1'\nconst steps = 65535\n")
  t.equal(first?.source, "const text = '1'\nconst steps = 65536\n")
})
