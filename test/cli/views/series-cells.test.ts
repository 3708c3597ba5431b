import t from 'tap'
import { seriesLine, signedText } from '../../../src/cli/views/series-cells.ts'
import { series } from '../../support/fakes/operations.ts'

t.test('that a reading is signed is told apart from that its author is known', async (t) => {
  t.equal(signedText(series()), 'signed', 'a stranger signs, too')
  t.equal(signedText(series({ known: true })), 'signed, known')
  t.equal(signedText(series({ known: true, door: 'own' })), 'signed', 'our own')
  t.match(seriesLine(series({ known: true })), /\t21\.48 °C\tsigned, known$/)
})
