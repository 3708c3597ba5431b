import { randomBytes } from 'node:crypto'
import { HEADER_BYTES, TAG_BYTES } from '../../src/protocol/datagram/constants.ts'
import { OpensslCipher, type PacketCipher, packetCipher } from '../../src/protocol/datagram/packet/cipher.ts'
import { deriveKeys } from '../../src/protocol/datagram/packet/key-schedule.ts'
import { vector } from '../../test/support/datagram/vector.ts'
import type { Bench, Column, Table } from '../frame/bench.ts'

const RUNS = 20_000
const ROUNDS = 7

const columns: readonly Column[] = [
  'node:crypto, encrypting',
  'decrypting',
  'kith, encrypting',
  'decrypting'
].map((name) => ({ name, unit: 'us', digits: 2 }))

export const cipher: Bench = {
  name: 'cipher',
  what: 'Encrypting and decrypting one packet in one process: node:crypto beside the cipher that is used.',
  async measure(): Promise<Table[]> {
    const { initiatorToResponder: key } = deriveKeys(vector)
    const [openssl, ours] = [new OpensslCipher(key), packetCipher(key)]
    const rows = [32, 128, 256, 448, 512, 768, 1170].map((bytes) => ({
      name: `${bytes} bytes`,
      figures: [...times(openssl, bytes), ...times(ours, bytes)]
    }))
    return [{ title: 'Cipher of a packet', conditions: [`best of ${ROUNDS}`], columns, rows }]
  }
}

function times(cipher: PacketCipher, bytes: number): number[] {
  const end = HEADER_BYTES + bytes
  const packet = Buffer.concat([randomBytes(end), Buffer.alloc(TAG_BYTES)])
  const encrypting = best(() => cipher.encrypt(packet, end))
  const encrypted = Buffer.from(packet)
  const decrypting = best(() => {
    packet.set(encrypted)
    if (cipher.decrypt(packet) === undefined) throw new Error('it does not decrypt')
  })
  return [encrypting, decrypting]
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
