/** The package.json of dist/: the clone's, pointing at what was compiled, without what only a clone needs. */
export function packageManifest({ scripts, devDependencies, allowScripts, ...clone }) {
  return {
    ...clone,
    exports: Object.fromEntries(
      Object.entries(clone.exports).map(([name, path]) => [name, path.replace(/\.ts$/, '.js')])
    ),
    // It builds the GPIO addon where there is a C compiler, and fails nowhere.
    scripts: { install: 'node scripts/build-native.mjs' },
    // node-linux-* is the Node that a clone brings along.
    optionalDependencies: Object.fromEntries(
      Object.entries(clone.optionalDependencies).filter(([name]) => !name.startsWith('node-linux-'))
    )
  }
}
