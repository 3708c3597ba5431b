import { readFileSync } from 'node:fs'

/** They sort by localeCompare() what has to have one order, whichever it is: addresses, names of protocols, of tags. */
const FILES = [
  '@libp2p/peer-record/dist/src/peer-record/utils.js',
  '@libp2p/peer-store/dist/src/utils/dedupe-addresses.js',
  '@libp2p/peer-store/dist/src/utils/to-peer-pb.js'
]

const VALUE = /[\w.]+(?:\.toString\(\))?/.source
const COMPARED = new RegExp(`(${VALUE})\\.localeCompare\\((${VALUE})\\)`, 'g')

/**
 * The esbuild plugin that has packages compare code units: the first localeCompare() loads the collation of ICU, which
 * takes 3 MB and 5 ms. It fails the build where a file no longer does it.
 */
export const plainOrder = {
  name: 'plain-order',
  setup(build) {
    build.onLoad({ filter: /\/(utils|dedupe-addresses|to-peer-pb)\.js$/ }, ({ path }) => {
      const file = FILES.find((name) => path.endsWith(`/${name}`))
      if (file === undefined) return undefined
      const text = readFileSync(path, 'utf8')
      const contents = text.replace(COMPARED, '($1 < $2 ? -1 : $1 > $2 ? 1 : 0)')
      if (contents === text || contents.includes('localeCompare'))
        throw new Error(`${file} no longer sorts as scripts/build/plain-order.mjs says`)
      return { contents, loader: 'js' }
    })
  }
}
