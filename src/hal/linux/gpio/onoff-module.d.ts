/** The part of npm onoff 6.0.3 that kith uses; npm leaves the package out where it cannot be built. */
declare module 'onoff' {
  export type BinaryValue = 0 | 1
  export type ValueCallback = (error: Error | null | undefined, value: BinaryValue) => void

  export class Gpio {
    constructor(
      gpio: number,
      direction: 'in' | 'out' | 'high' | 'low',
      edge?: 'none' | 'rising' | 'falling' | 'both'
    )
    read(): Promise<BinaryValue>
    write(value: BinaryValue): Promise<void>
    writeSync(value: BinaryValue): void
    watch(callback: ValueCallback): void
    unwatch(callback: ValueCallback): void
    unexport(): void
  }
}
