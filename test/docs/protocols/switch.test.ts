import t from 'tap'
import { hexOfBytes } from '../../../src/cbor/bytes.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import { switchLimits } from '../../../src/node/switches/limits.ts'
import {
  decodeSwitchAnswer,
  decodeSwitchRequest,
  encodeSwitchAnswer,
  encodeSwitchRequest,
  isBadSwitchRequest,
  switchErrorCodes
} from '../../../src/protocol/actuator/codec.ts'
import { SWITCH_PROTOCOL } from '../../../src/protocol/actuator/constants.ts'
import { sensorProtocols } from '../../../src/protocol/protocol-registry.ts'
import {
  diagnosticValue,
  documentRows,
  documentText,
  documentVectors
} from '../../support/protocols-document.ts'

t.test('the vectors of chapter 23 are what is sent and read', async (t) => {
  const frames = [...documentVectors].filter(([name]) => name.startsWith('switch-'))
  t.equal(frames.length, 7)
  for (const [name, { bytes, diagnostic }] of frames) {
    t.equal(hexOfBytes(writeCbor(diagnosticValue(diagnostic ?? '{}'))), hexOfBytes(bytes), name)
    if (name.startsWith('switch-answer')) {
      t.equal(hexOfBytes(encodeSwitchAnswer(decodeSwitchAnswer(bytes, 17_408))), hexOfBytes(bytes), name)
      continue
    }
    const request = decodeSwitchRequest(bytes, 512)
    if (isBadSwitchRequest(request)) t.fail(`${name}: ${request.bad}`)
    else t.equal(hexOfBytes(encodeSwitchRequest(request)), hexOfBytes(bytes), name)
  }
})

t.test('its settings, codes and name are those of the code', async (t) => {
  const shown = new Map(
    documentRows('setting', 'default', 'meaning').map(([setting = '', initial = '']) => [setting, initial])
  )
  for (const [name, { initial }] of Object.entries(switchLimits.entries))
    t.equal(shown.get(`limits.switches.${name}`), `${initial}`, name)
  const chapter = documentText.slice(documentText.indexOf('## 23.'))
  const codes = /code\s+= ("[^\n]*\n[^\n]*)\n/.exec(chapter)?.[1]?.match(/"([a-z-]+)"/g) ?? []
  t.same(codes.map((code) => code.slice(1, -1)).sort(), [...switchErrorCodes].sort())
  t.ok(sensorProtocols.some(({ id }) => id === SWITCH_PROTOCOL))
})
