// Bundles programs of bench/, as kith is bundled: node bundle-programs.mjs FOLDER PROGRAM ...
import { bundlePrograms } from '../../scripts/build/bundle.mjs'

const [folder, ...programs] = process.argv.slice(2)
await bundlePrograms(folder, programs)
