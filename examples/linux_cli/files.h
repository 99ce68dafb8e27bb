/* Values given on the command line, in a file or on standard input. */
#ifndef ARDOQ_FILES_H
#define ARDOQ_FILES_H

/* Text of a file, NUL-terminated, to be freed; null with errno: EFBIG above 16 MiB, EILSEQ if it
 * contains a NUL. */
char *read_file(const char *path);

/* "-": standard input without its last line break; "@FILE": the file's text; else a copy of the
 * value. As read_file(). */
char *read_value(const char *value);

/* Trims a value in place, like ardoq_value_trim(). */
void trim_value(char *value);

#endif
