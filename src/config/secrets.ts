/** Names of options whose values are shown to nobody from afar. */
const SECRET = /(^|[^a-z])(password|passphrase|secret|token|psk)$|(Password|Passphrase|Secret|Token|Psk)$/

/** Whether the value of an option is a secret: `wifi.password`. */
export function isSecret(path: string): boolean {
  return SECRET.test(path)
}

/** Whether a text that cannot be read as a configuration may have a secret. */
export function mayHaveSecret(text: string): boolean {
  return /(password|passphrase|secret|token|psk)["']?\s*:\s*\S/i.test(text)
}
