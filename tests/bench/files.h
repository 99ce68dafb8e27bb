/*
 * Files of a benchmark, whole.
 */
#ifndef BENCH_FILES_H
#define BENCH_FILES_H

#include <stddef.h>

/* Text of a file, NUL-terminated and never freed; ends the program if there is none. */
char *read_file(const char *path, size_t *size);

#endif
