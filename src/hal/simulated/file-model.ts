import type { ModelEnvironment } from './chip-model.ts'
import type { FileContent } from './sysfs.ts'

/** Makes the files by which a simulated kernel shows a sensor: absolute paths and their contents. */
export type FileModelFactory = (environment: ModelEnvironment) => Readonly<Record<string, FileContent>>
