/** Sends to a port as fast as it can: half with unknown connection ids, half with forged tags. */
import { createSocket } from 'node:dgram'
import { setImmediate as turn } from 'node:timers/promises'

const [port = 0, genuine = ''] = process.argv
  .slice(2)
  .map((text, index) => (index === 0 ? Number(text) : text))
const packet = Buffer.from(String(genuine), 'hex')
const socket = createSocket('udp4')
let heard = 0
let sent = 0
socket.on('message', (bytes) => {
  heard += bytes.length
})
await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
process.on('message', () => process.send?.({ sent, heard }))
process.on('disconnect', () => process.exit())

for (;;) {
  for (let i = 0; i < 64; i++) {
    const bytes = Buffer.from(packet)
    if (i % 2 === 0) bytes.writeUInt32BE(sent % 2 ** 32, 0)
    else bytes.writeUIntBE(1_000_000 + sent, 8, 6)
    socket.send(bytes, Number(port), '127.0.0.1')
    sent++
  }
  await turn()
}
