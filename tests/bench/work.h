/*
 * Pieces of work, each done by the library and by what a user would take instead. All do the same
 * and say whether they did: 0, or something else.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

/* Prepares what the pieces below share. */
int work_prepare(void);

/* The JSON of a report of the sample. */
int work_compose(void);
int work_compose_cjson(void);

/* Reads SAMPLE_HTTP: its status and its body. */
int work_http(void);
int work_http_parser(void);

/* Reads the serial number out of SAMPLE_COMPONENT. jsmn alone only splits the text. */
int work_json(void);
int work_json_jsmn(void);
int work_json_cjson(void);

#endif
