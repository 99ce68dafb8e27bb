/*
 * A pipe between the client and the TLS peer that breaks after a given byte, and counts bytes. The
 * peer's memory and random numbers are never made to fail.
 */
#ifndef ARDOQ_PIPE_FAULTS_H
#define ARDOQ_PIPE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { PIPE_TO_CLIENT, PIPE_TO_SERVER, PIPE_DIRECTIONS } pipe_direction_t;

/* What happens after a byte. */
typedef enum {
    PIPE_WHOLE, /* nothing */
    PIPE_CUT,   /* that side closes properly: data in transit still arrives */
    PIPE_RESET, /* nothing passes any more, and data in transit is lost */
    PIPE_STALL, /* nothing more passes in that direction */
    PIPE_SHORT, /* the call ends there, the next one would block, then all goes on */
} pipe_fault_t;

enum { PIPE_RECORDS = 64 };

/* What has passed in one direction since the connection was made or the pipe was armed. */
typedef struct {
    size_t bytes;
    size_t handshake; /* of these, bytes of the handshake; 0 until it is over, or was before */
    size_t records[PIPE_RECORDS]; /* where each TLS record begins */
    size_t record_count;
} pipe_count_t;

/* Connects the pipe to the peer, which has been started. */
void pipe_plug(void);

/* The current connection, or else the next one, breaks after @p at bytes in this direction. The one
 * after it works. */
void pipe_arm(pipe_fault_t fault, pipe_direction_t direction, size_t at);

/* At most this many bytes pass in one call; 0: any number. */
void pipe_limit(size_t bytes);

const pipe_count_t *pipe_count(pipe_direction_t direction);

#endif
