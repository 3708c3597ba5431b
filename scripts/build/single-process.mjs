import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The esbuild plugin that takes mortice's locks of one process, which it has for React Native. The peer store, which
 * alone uses it, asks for such locks, and its file for Node yet loads cluster and worker_threads and opens a
 * BroadcastChannel.
 */
export const singleProcess = {
  name: 'single-process',
  setup(build) {
    build.onResolve({ filter: /^\.\/node\.js$/ }, ({ resolveDir }) => {
      if (!resolveDir.endsWith('/mortice/dist/src')) return undefined
      const path = join(resolveDir, 'react-native.js')
      if (!existsSync(path)) throw new Error(`${path} is gone: scripts/build/single-process.mjs`)
      return { path }
    })
  }
}
