/**
 * @file
 * Facts about the device from the system's files, private to the POSIX port.
 */
#ifndef ARDOQ_POSIX_FACTS_H
#define ARDOQ_POSIX_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** One fact, NUL-terminated. */
typedef struct {
    char text[256];
} ardoq_fact_t;

/** Makes every function here use the folder @p path, borrowed, instead of `/`; for tests. */
void ardoq_facts_set_root(const char *path);

/** Opens a file for reading; null if it cannot be opened. */
FILE *ardoq_fact_open(const char *path);

/**
 * Reads the last of the NUL-separated texts of a file; most files have just one.
 * @return false if there is none, or only junk.
 */
bool ardoq_fact_read(const char *path, ardoq_fact_t *fact);

/** Reads the value of the first line of the form key, separator, value. */
bool ardoq_fact_read_entry(const char *path, const char *key, char separator, ardoq_fact_t *fact);

/** True for an empty text, and for placeholders that manufacturers forgot to replace. */
bool ardoq_fact_is_junk(const char *text);

/**
 * Copies the characters of @p text, except control characters and invalid UTF-8.
 * @param field  receives as many whole characters as fit, NUL-terminated; unchanged if there are
 *               none
 * @param size   of @p field in bytes
 */
void ardoq_fact_put(char *field, size_t size, const char *text);

#endif
