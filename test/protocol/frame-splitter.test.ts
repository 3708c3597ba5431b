import t from 'tap'
import { FrameSplitter, prefixed } from '../../src/protocol/frame-splitter.ts'

const MAX = 17_408

function split(bytes: Uint8Array, step: number, max = MAX): Uint8Array[] {
  const splitter = new FrameSplitter(max)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += step) {
    splitter.push(bytes.subarray(at, at + step), (frame) => frames.push(frame))
  }
  return frames
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

const rows: [name: string, bytes: string, max: number, expected: string[] | RegExp][] = [
  ['one', '02 aabb', 512, ['aabb']],
  ['two in a row', '01 aa 02 bbcc', 512, ['aa', 'bbcc']],
  ['unfinished', '03 aabb', 512, []],
  ['unfinished length', '80', 512, []],
  ['empty', '00', 512, /is empty/],
  ['non-minimal in two bytes', '82 00 aabb', 512, /not minimal/],
  ['non-minimal in three bytes', '82 80 00 aabb', 17_408, /not minimal/],
  ['non-minimal zero', '80 00', 512, /not minimal/],
  ['one more than allowed', '81 04', 512, /longer than 512/],
  ['as many as allowed, unfinished', '80 04 aa', 512, []],
  ['a length without end', '80 80', 512, /too long/],
  ['a gigantic length', 'ff ff ff ff ff ff ff 7f', 17_408, /longer than|too long/]
]

for (const [name, bytes, max, expected] of rows) {
  t.test(name, async (t) => {
    for (const step of [1, 2, 100]) {
      const frames = (): string[] =>
        split(hex(bytes), step, max).map((frame) => Buffer.from(frame).toString('hex'))
      if (expected instanceof RegExp) t.throws(frames, { code: 'bad-frame', message: expected })
      else t.same(frames(), expected)
    }
  })
}

t.test('lengths at the edges of the varint survive any cut', async (t) => {
  const lengths = [1, 2, 127, 128, 129, 512, 16_383, 16_384, MAX]
  const frames = lengths.map((length) => new Uint8Array(length).fill(length % 251))
  const bytes = Buffer.concat(frames.map(prefixed))
  t.equal(prefixed(new Uint8Array(127)).length, 128)
  t.equal(prefixed(new Uint8Array(128)).length, 130)
  t.equal(prefixed(new Uint8Array(16_384)).length, 16_387)
  for (const step of [1, 7, 128, 5000, bytes.length]) {
    const found = split(bytes, step)
    t.ok(
      Buffer.concat(found).equals(Buffer.concat(frames)) && found.length === frames.length,
      `steps of ${step}`
    )
  }
})

t.test('truncated at each length it gives no frame and is not at a boundary', async (t) => {
  const bytes = prefixed(new Uint8Array(200).fill(7))
  for (let length = 1; length < bytes.length; length++) {
    const splitter = new FrameSplitter(512)
    splitter.push(bytes.subarray(0, length), () => t.fail(`a frame of ${length} bytes`))
    if (splitter.atBoundary) t.fail(`at a boundary after ${length} bytes`)
  }
  const whole = new FrameSplitter(512)
  let count = 0
  whole.push(bytes, () => {
    count += 1
  })
  t.equal(count, 1)
  t.ok(whole.atBoundary)
})

t.test('a held frame does not pin the packets that it came in', async (t) => {
  const bytes = prefixed(new Uint8Array(300).fill(1))
  const packet = new Uint8Array(1_000_000)
  packet.set(bytes.subarray(0, 150), packet.length - 150)
  const splitter = new FrameSplitter(512)
  let frame: Uint8Array | undefined
  splitter.push(packet.subarray(-150), () => t.fail('too early'))
  splitter.push(bytes.subarray(150), (whole) => {
    frame = whole
  })
  t.equal(frame?.length, 300)
  t.ok((frame?.buffer.byteLength ?? Number.POSITIVE_INFINITY) <= 600)
})
