/** The power of ten that makes °C of a zone's millidegrees [linux sysfs-api.rst, section 2]. */
export const MILLIDEGREES = -3
