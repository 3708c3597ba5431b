import type { QueryAnswer } from '../codec/frame.ts'

export type SendAnswer = (answer: QueryAnswer) => Promise<void> | undefined

/** The answers to one request: exactly one of them is the last. */
export class ResponseStream {
  readonly #id: number
  readonly #send: SendAnswer
  readonly mayGoOn: () => boolean
  #ended = false
  #cancelled = false

  /** @param mayGoOn whether what is still to be sent may be read */
  constructor(id: number, send: SendAnswer, mayGoOn: () => boolean) {
    this.#id = id
    this.#send = send
    this.mayGoOn = mayGoOn
  }

  /** Whether the requester has cancelled. */
  get cancelled(): boolean {
    return this.#cancelled
  }

  /** @returns undefined where the stream took it, else a promise to await before the next */
  write(answer: Omit<QueryAnswer, 'id'>): Promise<void> | undefined {
    this.#ended ||= answer.end === true
    return this.#send({ id: this.#id, ...answer })
  }

  /** Only observe requests have credit. */
  grant(): void {}

  /** Sends the end, unless it was sent. */
  cancel(): void {
    this.#cancelled = true
    if (!this.#ended) this.write({ end: true })
  }

  /** The stream has ended. */
  drop(): void {
    this.#cancelled = true
  }
}
