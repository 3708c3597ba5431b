const LAYOUT =
  'DS3231 19-5170, timekeeping registers: 12-hour mode bit 6, PM bit 5, century bit 7 of the month'

/** Registers 00 to 06 as they come over the bus, and what they mean; undefined is no date and time. */
export const times: readonly { bytes: string; time: string | undefined; source: string }[] = [
  {
    bytes: '58592303311224',
    time: '2024-12-31T23:59:58Z',
    source: 'linux drivers/rtc/rtc-ds1307.c, ds1307_get_time'
  },
  { bytes: '00000001010100', time: '2000-01-01T00:00:00Z', source: LAYOUT },
  { bytes: '00005204290224', time: '2024-02-29T00:00:00Z', source: `${LAYOUT}: 12 AM` },
  { bytes: '00007204290224', time: '2024-02-29T12:00:00Z', source: `${LAYOUT}: 12 PM` },
  { bytes: '09304104290224', time: '2024-02-29T01:30:09Z', source: `${LAYOUT}: 1 AM` },
  { bytes: '59597104290224', time: '2024-02-29T23:59:59Z', source: `${LAYOUT}: 11 PM` },
  { bytes: '56341202289950', time: undefined, source: `${LAYOUT}: no month 19` },
  { bytes: '56341202289250', time: '2150-12-28T12:34:56Z', source: `${LAYOUT}: the century` },
  { bytes: '00000006319999', time: undefined, source: `${LAYOUT}: no month 19` },
  { bytes: '59592305319299', time: '2199-12-31T23:59:59Z', source: `${LAYOUT}: the century` },
  { bytes: '00000004290223', time: undefined, source: `${LAYOUT}: 2023 is no leap year` },
  { bytes: '60000001010124', time: undefined, source: `${LAYOUT}: no second 60` },
  { bytes: '80000001010124', time: undefined, source: `${LAYOUT}: bit 7 of the seconds reads 0` },
  { bytes: '00600001010124', time: undefined, source: `${LAYOUT}: no minute 60` },
  { bytes: '00002401010124', time: undefined, source: `${LAYOUT}: no hour 24` },
  { bytes: '00004001010124', time: undefined, source: `${LAYOUT}: no hour 0 of 12` },
  { bytes: '00005301010124', time: undefined, source: `${LAYOUT}: no hour 13 of 12` },
  { bytes: '00000008010124', time: undefined, source: `${LAYOUT}: bits 7 to 3 of the day read 0` },
  { bytes: '00000001000124', time: undefined, source: `${LAYOUT}: no date 0` },
  { bytes: '00000001010024', time: undefined, source: `${LAYOUT}: no month 0` },
  { bytes: '0a000001010124', time: undefined, source: `${LAYOUT}: a is no digit` },
  { bytes: '0000000101011a', time: undefined, source: `${LAYOUT}: a is no digit` },
  { bytes: '000000010101a0', time: undefined, source: `${LAYOUT}: a is no digit` }
]

const STATUS = 'DS3231 19-5170, status register: OSF bit 7, EN32kHz bit 3, BSY bit 2, A2F bit 1, A1F bit 0'

/** Register 0f, and whether it tells that the oscillator has stopped. */
export const statuses: readonly { byte: string; stopped: boolean; source: string }[] = [
  { byte: '88', stopped: true, source: STATUS },
  { byte: '80', stopped: true, source: STATUS },
  { byte: '08', stopped: false, source: STATUS },
  { byte: '0f', stopped: false, source: `${STATUS}: both alarms have gone off` }
]
