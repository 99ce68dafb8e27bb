/* Query pairs of a command line. */
#ifndef QUERY_H
#define QUERY_H

#include "ardoq/client.h"

enum { QUERY_MAX = 32 };

typedef struct {
    ardoq_query_t pairs[QUERY_MAX];
    size_t count;
} query_t;

/* Adds NAME=VALUE, which is split and borrowed. Returns GO_ON, or the exit code of wrong
 * usage. */
int add_query(query_t *query, char *pair);

#endif
