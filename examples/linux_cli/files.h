/* Values that a command line gives directly, as a file or on standard input. */
#ifndef ARDOQ_FILES_H
#define ARDOQ_FILES_H

/* Text of a file, NUL-terminated, to be freed; null with errno: EFBIG above 16 MiB, EILSEQ when it
 * holds a NUL. */
char *read_file(const char *path);

/* "-": standard input without its last line break; "@FILE": the file's text; else a copy of the
 * value. As read_file(). */
char *read_value(const char *value);

/* Leaves out what stands around a value, as ardoq_value_trim(), where it stands. */
void trim_value(char *value);

#endif
