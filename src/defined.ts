/** The properties of T, those that may be undefined made optional. */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/**
 * A copy without the properties that are undefined: for objects of types with exact optional properties.
 *
 *     const request = { who, ...defined({ since, until }) }
 */
export function defined<T extends object>(values: T): Defined<T> {
  const copy: { [key: string]: unknown } = {}
  for (const [key, value] of Object.entries(values)) if (value !== undefined) copy[key] = value
  return copy as Defined<T>
}
