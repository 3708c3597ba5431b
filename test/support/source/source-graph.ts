import type { SourceFile } from './source-imports.ts'

/** A file or folder directly below one folder, and what of the same folder it imports, with one import each. */
export type UnitGraph = ReadonlyMap<string, ReadonlyMap<string, string>>

/** The folders that files lie in, with all above them, as paths without a slash at the end. */
export function foldersOf(files: readonly SourceFile[]): string[] {
  const folders = new Set<string>()
  for (const { path } of files) {
    const names = path.split('/').slice(0, -1)
    for (let depth = 1; depth <= names.length; depth++) folders.add(names.slice(0, depth).join('/'))
  }
  return [...folders].sort()
}

/** Imports between the units of a folder: each file in it is one, each folder in it with all below is one. */
export function unitGraph(files: readonly SourceFile[], folder: string): UnitGraph {
  const unitOf = (path: string): string | undefined =>
    path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/')[0] : undefined
  const graph = new Map<string, Map<string, string>>()
  for (const { path, imports } of files) {
    const from = unitOf(path)
    if (from === undefined) continue
    for (const { to } of imports) {
      const unit = unitOf(to)
      if (unit === undefined || unit === from) continue
      const edges = graph.get(from) ?? new Map<string, string>()
      graph.set(from, edges.set(unit, `${path} imports ${to}`))
    }
  }
  return graph
}

/** One circle of the graph as the imports that close it; undefined where every arrow runs downward. */
export function circleOf(graph: UnitGraph): string[] | undefined {
  const done = new Set<string>()
  const visit = (unit: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(unit)) return [...way.slice(way.indexOf(unit)), unit]
    if (done.has(unit)) return undefined
    for (const next of graph.get(unit)?.keys() ?? []) {
      const circle = visit(next, [...way, unit])
      if (circle !== undefined) return circle
    }
    done.add(unit)
    return undefined
  }
  for (const unit of graph.keys()) {
    const circle = visit(unit, [])
    if (circle !== undefined)
      return circle
        .slice(1)
        .map((to, i) => graph.get(circle[i] ?? '')?.get(to) ?? `${circle[i]} imports ${to}`)
  }
  return undefined
}
