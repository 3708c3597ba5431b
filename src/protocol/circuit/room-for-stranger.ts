/** Who holds a place, as far as bounds of strangers go. */
export interface Holder {
  /** Its IP address, or the /64 of it; undefined in memory. */
  readonly source: string | undefined
}

/** Whether one more stranger may have a place, beside those that have one: PeerIds cost nothing, addresses do. */
export function hasRoomForStranger(
  strangers: readonly Holder[],
  { source }: Holder,
  { all, perAddress }: { readonly all: number; readonly perAddress: number }
): boolean {
  const ofSource = strangers.filter((one) => one.source === source)
  return strangers.length < all && (source === undefined || ofSource.length < perAddress)
}
