import { builtinModules } from 'node:module'

/** A name that can be exported and imported as it is. */
const NAME = /^(?!default$)[A-Za-z_$][\w$]*$/

/**
 * The esbuild plugin that takes the parts of Node by process.getBuiltinModule(). Node prepares a part that is imported
 * by reading each of its exports, and some load more by that: `node:fs` its streams, `node:crypto` WebCrypto,
 * `node:util` worker_threads. Measured for those that a node needs: 4.5 MB, 4 ms.
 */
export const builtins = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^[a-z_]/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '')
      const isBuiltin = builtinModules.includes(name) || builtinModules.includes(`node:${name}`)
      return isBuiltin && kind === 'import-statement' ? { path: name, namespace: 'builtin' } : undefined
    })
    build.onLoad({ filter: /./, namespace: 'builtin' }, async ({ path }) => {
      const names = Object.keys(await import(`node:${path}`)).filter((name) => NAME.test(name))
      // Those that nobody imports are left out by esbuild: they are marked as without effect.
      const exported = names.map(
        (name, i) => `const e${i} = /* @__PURE__ */ (() => all.${name})(); export { e${i} as ${name} }`
      )
      return {
        contents: [
          `const all = process.getBuiltinModule('node:${path}'); export default all`,
          ...exported
        ].join('\n')
      }
    })
  }
}
