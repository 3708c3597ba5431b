const LAYOUT = 'DS1307 table 2, DS1338 table 3: clock halt bit 7 of 00, 12-hour mode bit 6 of 02, PM bit 5'

/**
 * Registers 00 to 07 as they come over the bus, and what they mean; undefined is no date and time, `stopped`
 * one that means nothing.
 */
export const times: readonly { bytes: string; time: string | 'stopped' | undefined; source: string }[] = [
  {
    bytes: '5859230331122400',
    time: '2024-12-31T23:59:58Z',
    source: 'linux drivers/rtc/rtc-ds1307.c, ds1307_get_time'
  },
  { bytes: '0000000101010003', time: '2000-01-01T00:00:00Z', source: LAYOUT },
  { bytes: '0000520429022493', time: '2024-02-29T00:00:00Z', source: `${LAYOUT}: 12 AM` },
  { bytes: '5959710429022400', time: '2024-02-29T23:59:59Z', source: `${LAYOUT}: 11 PM` },
  { bytes: '5959230631129900', time: '2099-12-31T23:59:59Z', source: LAYOUT },
  { bytes: '8000000101010003', time: 'stopped', source: `${LAYOUT}: halted` },
  {
    bytes: '5859230331122420',
    time: 'stopped',
    source: 'linux drivers/rtc/rtc-ds1307.c, DS1338_BIT_OSF; DS1338 table 3: bit 5 of 07'
  },
  { bytes: '5859230331922400', time: undefined, source: `${LAYOUT}: there is no century bit` },
  { bytes: '5859230332122400', time: undefined, source: `${LAYOUT}: no date 32` }
]
