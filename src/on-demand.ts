/** A part whose code is imported when it is wanted first, so that a process that never wants it holds none of it. */
export class OnDemand<Part> {
  readonly #make: () => Promise<Part>
  #part: Part | undefined
  #making: Promise<Part> | undefined

  /** @param make is called again after it rejected */
  constructor(make: () => Promise<Part>) {
    this.#make = make
  }

  /** undefined until it was wanted and made. */
  get made(): Part | undefined {
    return this.#part
  }

  /** @throws what make throws */
  async get(): Promise<Part> {
    this.#making ??= this.#make().catch((error: unknown) => {
      this.#making = undefined
      throw error
    })
    this.#part = await this.#making
    return this.#part
  }
}
