/**
 * The package.json of dist/: that of the clone with the bundled files. What is bundled is no dependency any more, and
 * what only a clone needs is not in it.
 */
export function packageManifest(
  { private: _, scripts, dependencies, devDependencies, overrides, allowScripts, ...clone },
  gitHead
) {
  return {
    ...clone,
    ...(gitHead === undefined ? {} : { gitHead }),
    exports: Object.fromEntries(Object.entries(clone.exports).map(([name, path]) => [name, exported(path)])),
    // node-linux-* is the Node of a clone.
    optionalDependencies: Object.fromEntries(
      Object.entries(clone.optionalDependencies).filter(([name]) => !name.startsWith('node-linux-'))
    )
  }
}

/** `./src/driver.ts` is bundled as lib/driver.js, with its types in types/driver.d.ts. */
function exported(path) {
  const name = /^\.\/src\/(.*)\.ts$/.exec(path)?.[1]
  return name === undefined ? path : { types: `./types/${name}.d.ts`, default: `./lib/${name}.js` }
}
