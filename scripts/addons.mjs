// kith's own addons (Node-API): read by what builds them in a clone (scripts/build-native.mjs) and for packages
// (scripts/build/natives.mjs). Plain JavaScript without imports, as the first of them is in the npm package.

/** native/<name>.c, and what kith does without it. */
export const addons = {
  gpio: 'contacts and switches use sysfs, pulses are not counted',
  i2c: 'I2C by i2c-bus',
  process: 'memory is not given back after a burst of work, and a start takes a few ms longer'
}

/** For the compilers of C and of C++: a library that Node loads. */
export const libraryFlags = ['-D_GNU_SOURCE', '-O2', '-fPIC', '-shared', '-Wl,-z,relro,-z,now']

/** For the compiler of C, beside those above. */
export const addonFlags = ['-std=c11', ...libraryFlags]
