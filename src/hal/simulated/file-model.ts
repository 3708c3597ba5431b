import type { ModelEnvironment } from './chip/model.ts'
import type { FileContent } from './sysfs.ts'

/** Makes the files by which a simulated kernel shows a sensor: absolute paths and their contents. */
export type FileModelFactory = (environment: ModelEnvironment) => Readonly<Record<string, FileContent>>

/** The files of one folder, by their absolute paths. */
export function filesUnder(
  folder: string,
  files: Readonly<Record<string, FileContent>>
): Record<string, FileContent> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]))
}
