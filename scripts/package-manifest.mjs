/** The package.json of dist/: that of the clone with the compiled files, without what only a clone needs. */
export function packageManifest({ scripts, devDependencies, allowScripts, ...clone }) {
  return {
    ...clone,
    exports: Object.fromEntries(
      Object.entries(clone.exports).map(([name, path]) => [name, path.replace(/\.ts$/, '.js')])
    ),
    // Builds the GPIO addon where a C compiler exists; it never fails.
    scripts: { install: 'node scripts/build-native.mjs' },
    // node-linux-* is the Node of a clone.
    optionalDependencies: Object.fromEntries(
      Object.entries(clone.optionalDependencies).filter(([name]) => !name.startsWith('node-linux-'))
    )
  }
}
