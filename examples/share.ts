// A document that is shared, in two versions of a protocol: the newest that both sides speak is used.
//
//   node examples/share.ts serve notes.txt          shares the file, and prints the line to type elsewhere
//   node examples/share.ts fetch <who> copy.txt     fetches it; only what changed since the last time
//   node examples/share.ts fetch <who> copy.txt --old     as a program that only knows version 1
//
// /doc/share/v1: the document is one message, and the stream ends.
// /doc/share/v2: the caller sends the SHA-256 of its copy in hex, or `none`. The answer is the message `same`, or `new`
// and the document in a second one.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createNode, type NodeStream } from 'kith'

const V1 = '/doc/share/v1'
const V2 = '/doc/share/v2'
const [action, first = '', second = '', old] = process.argv.slice(2)
const node = await createNode({ config: { name: 'share', listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } })

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

async function serve(stream: NodeStream): Promise<void> {
  const document = await readFile(first)
  const isSame = stream.protocol === V2 && text(await stream.next()) === digest(document)
  if (stream.protocol === V2) await stream.send(isSame ? 'same' : 'new')
  if (!isSame) await stream.send(document)
  console.log(`answered …${stream.peer.slice(-7)} on ${stream.protocol}`)
}

async function fetch(who: string, file: string): Promise<void> {
  const copy = await readFile(file).catch(() => undefined)
  const stream = await node.open(who, old === '--old' ? [V1] : [V2, V1])
  if (stream.protocol === V2) await stream.send(copy === undefined ? 'none' : digest(copy))
  const isSame = stream.protocol === V2 && text(await stream.next()) === 'same'
  const document = isSame ? undefined : await stream.next()
  await stream.close()
  if (document !== undefined) await writeFile(file, document)
  console.log(
    `${stream.protocol}: ${document === undefined ? 'nothing has changed' : `${document.length} bytes`}`
  )
}

if (action === 'fetch') {
  await fetch(first, second)
  await node.stop()
} else {
  await node.handle(V1, serve)
  await node.handle(V2, serve)
  console.log(`fetch it: node examples/share.ts fetch ${node.addresses[0]} copy.txt`)
}
await node.stopped
