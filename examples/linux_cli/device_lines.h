/* Devices in a file, one a line: CSV, whose first line names identity fields, or JSON objects. */
#ifndef ARDOQ_DEVICE_LINES_H
#define ARDOQ_DEVICE_LINES_H

#include <stdbool.h>
#include <stdio.h>

#include "ardoq/devices.h"

/* Bytes of the longest line and a NUL. Of what is not used of it the system gives no memory. */
enum { DEVICE_LINE_SIZE = 16384 };

typedef struct {
    unsigned long number;        /* in the file, from 1 */
    const char *fault;           /* null: it can be read */
    char text[DEVICE_LINE_SIZE]; /* NUL-terminated, without the end of the line */
} device_line_t;

/* An open file. Only the lines of one request are kept, so that it may be a pipe. */
typedef struct {
    const char *name;   /* as a person gave it; borrowed */
    const char *fault;  /* what is wrong with the device that was asked for last; null: nothing */
    const char *detail; /* name that the fault is about, or "" */
    int error;          /* errno of a failed read, after which it has ended; 0: none */

    FILE *stream;
    unsigned long number; /* lines read */
    unsigned long from;   /* devices before this line are skipped */
    uint32_t count;       /* devices read */
    bool has_ended;
    char delimiter; /* of CSV; NUL: JSON */
    ardoq_identity_field_t columns[ARDOQ_IDENTITY_COUNT];
    size_t column_count;
    device_line_t lines[ARDOQ_BATCH_DEVICES]; /* the device of an index, modulo their number */
    char values[DEVICE_LINE_SIZE];            /* of the device that was asked for last */
    char unknown[64];
} device_lines_t;

/* Of zeroed memory. "-" is standard input. False with errno. */
bool open_device_lines(device_lines_t *lines, const char *name, unsigned long from);

void close_device_lines(device_lines_t *lines);

/* Reads up to the first device, and the header before it. False when the header is wrong: fault and
 * detail say what, number says where. */
bool read_device_header(device_lines_t *lines);

/* An ardoq_next_device_t; its context is a device_lines_t. */
ardoq_err_t next_device_line(void *context, uint32_t index, ardoq_identity_t *identity);

/* Where the device stands, or the line after the last one. Of those that may be asked for. */
unsigned long number_of_device_line(const device_lines_t *lines, uint32_t index);

#endif
