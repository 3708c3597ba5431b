/** A whole w1_slave file, and the temperature that it means. */
export const temperatures: readonly { text: string; celsius: number; source: string }[] = [
  {
    text: '72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n',
    celsius: 23.125,
    source: 'Raspberry Pi and DS18B20, as shown in many tutorials; 0172 is 23.125 (DS18B20, table 1)'
  },
  {
    text: '50 05 4b 46 7f ff 10 10 bd : crc=bd YES\n50 05 4b 46 7f ff 10 10 bd t=85000\n',
    celsius: 85,
    source: 'DS18B20, table 1: 0550 is +85 °C; byte 6 is not that of power-on'
  },
  {
    text: '5e ff 4b 46 7f ff 02 10 b6 : crc=b6 YES\n5e ff 4b 46 7f ff 02 10 b6 t=-10125\n',
    celsius: -10.125,
    source: 'DS18B20, table 1: ff5e is -10.125 °C'
  },
  {
    text: '50 01 4b 46 7f ff 0c 10 e8 : crc=e8 YES\n50 01 4b 46 7f ff 0c 10 e8 t=21000\n',
    celsius: 21,
    source: 'DS18B20, table 1: 0150 is +21 °C; half of the register of power-on is none'
  },
  {
    text: 'aa ff 4b 46 ff ff 0c 10 81 : crc=81 YES\naa ff 4b 46 ff ff 0c 10 81 t=-43000\n',
    celsius: -43,
    source: 'DS18S20, table 1: steps of 0.5 °C; linux w1_therm.c, w1_DS18S20_convert_temp, count remain 0c'
  }
]

/** Files that hold no temperature, though they may look as if. */
export const traps: readonly { text: string; code: string; source: string }[] = [
  { text: '', code: 'bad-crc', source: 'w1_therm.c: empty without an error, after a CRC or bus error' },
  {
    text: '50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000\n',
    code: 'not-ready',
    source: 'DS18B20, memory map: the scratchpad after power-on'
  },
  {
    text: 'aa 00 4b 46 ff ff 0c 10 87 : crc=87 YES\naa 00 4b 46 ff ff 0c 10 87 t=85000\n',
    code: 'not-ready',
    source: 'DS18S20, memory map: the scratchpad after power-on'
  },
  {
    text: '00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n',
    code: 'stuck',
    source: 'a data line at ground; the CRC of zeros is 0'
  },
  {
    text: '72 01 4b 46 7f ff 0e 10 00 : crc=57 NO\n72 01 4b 46 7f ff 0e 10 00 t=23125\n',
    code: 'bad-crc',
    source: 'w1_therm.c of older kernels: crc=.. NO'
  }
]
