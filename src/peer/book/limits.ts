import { whole } from '../../limits.ts'

export const bookCapacity = whole(1, 65_536, 16_384, 'Entries of the address book.')
