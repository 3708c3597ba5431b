import t from 'tap'
import { seriesLine, signedText } from '../../../src/cli/views/series-cells.ts'
import { series } from '../../support/fakes/operations.ts'

t.test('a signed reading differs from one whose author is known', async (t) => {
  t.equal(signedText(series()), 'signed', 'a stranger signs, too')
  t.equal(signedText(series({ known: true })), 'signed, known')
  t.equal(signedText(series({ known: true, door: 'own' })), 'signed', 'our own')
  t.match(seriesLine(series({ known: true })), /\t21\.48 °C\tsigned, known$/)
})
