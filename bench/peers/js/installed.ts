/** Of bench/peers/package.json, which `npm run bench -- --install-peers` installs. */
export async function installed<Exports>(name: string): Promise<Exports> {
  return (await import(name)) as Exports
}
