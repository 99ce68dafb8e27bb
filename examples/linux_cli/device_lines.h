/* Devices in a file, one a line: CSV with identity fields in the first line, or JSON objects. */
#ifndef ARDOQ_DEVICE_LINES_H
#define ARDOQ_DEVICE_LINES_H

#include <stdbool.h>
#include <stdio.h>

#include "ardoq/devices.h"

/* Bytes of the longest line and a NUL. The system gives no memory for the unused part. */
enum { DEVICE_LINE_SIZE = 16384 };

typedef struct {
    unsigned long number;        /* in the file, from 1 */
    const char *fault;           /* null: it can be read */
    char text[DEVICE_LINE_SIZE]; /* NUL-terminated, without the line break */
} device_line_t;

/* An open file. Only the lines of one request are kept, so that it may be a pipe. */
typedef struct {
    const char *name;   /* as the user gave it; borrowed */
    const char *fault;  /* what is wrong with the device requested last; null: nothing */
    const char *detail; /* name with the fault, or "" */
    int error;          /* errno of a failed read, which ends the file; 0: none */

    FILE *stream;
    unsigned long number; /* lines read */
    unsigned long from;   /* devices before this line are skipped */
    uint32_t count;       /* devices read */
    bool has_ended;
    char delimiter; /* of CSV; NUL: JSON */
    ardoq_identity_field_t columns[ARDOQ_IDENTITY_COUNT];
    size_t column_count;
    device_line_t lines[ARDOQ_BATCH_DEVICES]; /* the device of an index, modulo their number */
    char values[DEVICE_LINE_SIZE];            /* of the device requested last */
    char unknown[64];
} device_lines_t;

/* The memory must be zeroed. "-" is standard input. False with errno. */
bool open_device_lines(device_lines_t *lines, const char *name, unsigned long from);

void close_device_lines(device_lines_t *lines);

/* Reads the header, up to the first device. False if the header is wrong: fault and detail say why,
 * number says where. */
bool read_device_header(device_lines_t *lines);

/* An ardoq_next_device_t; its context is a device_lines_t. */
ardoq_err_t next_device_line(void *context, uint32_t index, ardoq_identity_t *identity);

/* The line of a device that may still be requested, or the line after the last one. */
unsigned long number_of_device_line(const device_lines_t *lines, uint32_t index);

#endif
