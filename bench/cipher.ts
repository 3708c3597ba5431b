/** Encrypting and decrypting one packet in this process: node:crypto beside the cipher that is used. */
import { randomBytes } from 'node:crypto'
import { HEADER_BYTES, TAG_BYTES } from '../src/protocol/datagram/constants.ts'
import { OpensslCipher, type PacketCipher, packetCipher } from '../src/protocol/datagram/packet/cipher.ts'
import { deriveKeys } from '../src/protocol/datagram/packet/key-schedule.ts'
import { vector } from '../test/support/datagram/vector.ts'
import { table } from './statistics.ts'

const RUNS = 20_000
const ROUNDS = 7

export async function measure(): Promise<void> {
  const { initiatorToResponder: key } = deriveKeys(vector)
  const [openssl, ours] = [new OpensslCipher(key), packetCipher(key)]
  const rows = [['bytes', 'node:crypto seal us', 'open us', 'packet-cipher seal us', 'open us']]
  for (const bytes of [32, 128, 256, 448, 512, 768, 1170]) {
    rows.push([`${bytes}`, ...times(openssl, bytes), ...times(ours, bytes)])
  }
  console.log(table(rows))
}

function times(cipher: PacketCipher, bytes: number): string[] {
  const end = HEADER_BYTES + bytes
  const packet = Buffer.concat([randomBytes(end), Buffer.alloc(TAG_BYTES)])
  const encrypting = best(() => cipher.encrypt(packet, end))
  const encrypted = Buffer.from(packet)
  const decrypting = best(() => {
    packet.set(encrypted)
    if (cipher.decrypt(packet) === undefined) throw new Error('it does not decrypt')
  })
  return [encrypting, decrypting].map((us) => us.toFixed(2))
}

/** Microseconds of one run in the best of the rounds. */
function best(work: () => void): number {
  let min = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    for (let run = 0; run < RUNS; run++) work()
    min = Math.min(min, performance.now() - began)
  }
  return (1000 * min) / RUNS
}
