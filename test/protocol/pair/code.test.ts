import t from 'tap'
import { makeCode, readCode, showCode } from '../../../src/protocol/pair/code.ts'

t.test('a code is shown in halves, and read as people type it', async (t) => {
  t.equal(showCode('7K3MQ9TX'), '7K3M-Q9TX')
  for (const typed of ['7K3M-Q9TX', '7k3mq9tx', ' 7k3m q9tx ', '7K-3M-Q9-TX'])
    t.equal(readCode(typed), '7K3MQ9TX', typed)
  t.equal(readCode('oil0-abcd'), '0110ABCD', 'letters that look like digits are these digits')
})

t.test('what is no code', async (t) => {
  for (const typed of ['', '7K3M-Q9T', '7K3M-Q9TXX', '7K3M-Q9TU', '7K3M_Q9TX', 'ÄK3M-Q9TX'])
    t.equal(readCode(typed), undefined, typed)
})

t.test('codes are of the alphabet, and differ', async (t) => {
  const codes = Array.from({ length: 500 }, makeCode)
  for (const code of codes) t.match(code, /^[0-9A-HJKMNP-TV-Z]{8}$/)
  t.equal(new Set(codes).size, codes.length)
  const used = new Set(codes.join(''))
  t.equal(used.size, 32, 'every character is used')
})
