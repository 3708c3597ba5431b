/** The part of npm i2c-bus 5.2.3 that kith uses; the package brings no types. */
declare module 'i2c-bus' {
  export interface I2cFuncs {
    readonly smbusQuick: boolean
    readonly smbusReadI2cBlock: boolean
  }

  export interface PromisifiedBus {
    i2cFuncs(): Promise<I2cFuncs>
    i2cRead(address: number, length: number, buffer: Buffer): Promise<{ bytesRead: number }>
    i2cWrite(address: number, length: number, buffer: Buffer): Promise<{ bytesWritten: number }>
    readI2cBlock(
      address: number,
      command: number,
      length: number,
      buffer: Buffer
    ): Promise<{ bytesRead: number }>
    receiveByte(address: number): Promise<number>
    writeQuick(address: number, bit: 0 | 1): Promise<void>
    close(): Promise<void>
  }

  const module: { openPromisified(busNumber: number): Promise<PromisifiedBus> }
  export default module
}
