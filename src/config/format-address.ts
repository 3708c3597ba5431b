/** `0x76` */
export function formatAddress(address: unknown): string {
  return `0x${Number(address).toString(16).padStart(2, '0')}`
}
