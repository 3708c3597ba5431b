import t from 'tap'
import { bytesOfHex } from '../../../src/cbor/bytes.ts'
import { isWeakKey } from '../../../src/reading/signed/weak-key.ts'

const middle = 'ff'.repeat(30)

/** The eight points of small order and every other encoding of theirs, sign of x included. */
const weak = [
  `01${'00'.repeat(31)}`,
  `01${'00'.repeat(30)}80`,
  `ec${middle}7f`,
  `ec${middle}ff`,
  '00'.repeat(32),
  `${'00'.repeat(31)}80`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  `ed${middle}7f`,
  `ed${middle}ff`,
  `ee${middle}7f`,
  `ee${middle}ff`
]

t.test('keys of small order are weak, in every encoding', async (t) => {
  for (const hex of weak) t.ok(isWeakKey(bytesOfHex(hex)), hex)
})

t.test('a y that is not below the prime is weak', async (t) => {
  for (let low = 0xed; low <= 0xff; low++) t.ok(isWeakKey(bytesOfHex(`${low.toString(16)}${middle}7f`)))
})

t.test('other keys are not', async (t) => {
  const strong = [
    'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    `eb${middle}7f`,
    `ed${'ff'.repeat(29)}fe7f`,
    `ed${middle}7e`,
    `02${'00'.repeat(31)}`,
    `01${'00'.repeat(30)}01`
  ]
  for (const hex of strong) t.notOk(isWeakKey(bytesOfHex(hex)), hex)
})
