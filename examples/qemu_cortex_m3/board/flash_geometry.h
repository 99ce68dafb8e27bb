/* Geometry of the store's flash: two sectors, in one file on the emulator's host. */
#ifndef FLASH_GEOMETRY_H
#define FLASH_GEOMETRY_H

/* Bytes that are erased at once. */
#define FLASH_SECTOR_SIZE 8192

/* Bytes that are programmed at once, and only once. */
#define FLASH_UNIT_SIZE   4

#endif
