/*
 * What peers.c does for others beside the work of work.h.
 */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

/* The JSON of a report of the sample, made with cJSON; cJSON_free() it. */
char *compose_cjson(void);

#endif
