import t from 'tap'
import { remark, seriesLine, signedText } from '../../../src/cli/views/series-cells.ts'
import { series } from '../../support/fakes/views.ts'

t.test('a signed reading differs from one whose author is known', async (t) => {
  t.equal(signedText(series()), 'signed', 'a stranger signs, too')
  t.equal(signedText(series({ known: true })), 'signed, known')
  t.equal(signedText(series({ known: true, door: 'own' })), 'signed', 'our own')
  t.match(seriesLine(series({ known: true })), /\t21\.48 °C\tsigned, known$/)
})

t.test('a series that is stale since a fault names the fault', async (t) => {
  const fault = { code: 'no-acknowledge', text: 'tmp102 at 0x48 on i2c-1 does not acknowledge' }
  t.equal(remark(series({ state: 'stale', stale: 'silent' }), 3), 'stale: silent since 3 s, last value shown')
  t.equal(
    remark(series({ state: 'stale', stale: 'silent', fault }), 3),
    `stale: silent since 3 s, last fault: ${fault.text}`
  )
})
