import t from 'tap'
import { hexOfBytes } from '../../../src/cbor/bytes.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import {
  decodeAnswer as decodeManageAnswer,
  decodeRequest as decodeManageRequest,
  encodeAnswer as encodeManageAnswer,
  encodeRequest as encodeManageRequest
} from '../../../src/protocol/manage/codec.ts'
import { manageLimits } from '../../../src/protocol/manage/limits.ts'
import { isManageErrorCode, MANAGE_ERROR_CODES } from '../../../src/protocol/manage/manage-error.ts'
import {
  diagnosticValue,
  documentRows,
  documentVectors,
  vectorsOf
} from '../../support/protocols-document.ts'

const { unchecked, equalHex } = vectorsOf((name) => name.startsWith('manage-'))

t.test('from afar', async (t) => {
  const frames = [...documentVectors].filter(([name]) => name.startsWith('manage-'))
  t.equal(frames.length, 8)
  for (const [name, { bytes, diagnostic }] of frames) {
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic ?? '{}'))), hexOfBytes(bytes), name)
    const again = name.startsWith('manage-answer-')
      ? encodeManageAnswer(decodeManageAnswer(bytes))
      : encodeManageRequest(decodeManageRequest(bytes))
    equalHex(t, again, name)
  }
  const shown = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(manageLimits.entries))
    t.equal(shown.get(`limits.manage.${name}`), `${initial}`, name)
  const errors = documentRows('error', 'when', 'asking again').map(([code = '']) => code.replaceAll('`', ''))
  for (const code of errors) t.ok(isManageErrorCode(code), code)
  t.equal(errors.length, MANAGE_ERROR_CODES.length)
})

t.test('every vector of the chapter was looked at', async (t) => {
  t.strictSame([...unchecked], [])
})
