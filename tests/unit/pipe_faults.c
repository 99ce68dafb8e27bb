#include "pipe_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port_fake.h"
#include "heap.h"
#include "tls_peer.h"

enum { RECORD_HEADER = 5 };

static struct {
    ardoq_fake_peer_t peer;
    pipe_fault_t fault;
    pipe_direction_t direction;
    size_t at;
    size_t limit;
    bool is_new; /* the handshake is counted */
    bool has_paused;
    pipe_count_t counts[PIPE_DIRECTIONS];
    /* Of the record in progress in each direction. */
    size_t next_record[PIPE_DIRECTIONS];
    size_t length[PIPE_DIRECTIONS];
} wire;

/* ---- Counting ---- */

static void count_byte(pipe_direction_t direction, unsigned char byte)
{
    pipe_count_t *count = &wire.counts[direction];
    if (count->bytes == wire.next_record[direction]) {
        if (count->record_count == PIPE_RECORDS) {
            fprintf(stderr, "pipe_faults: more than %d records\n", PIPE_RECORDS);
            abort();
        }
        count->records[count->record_count++] = count->bytes;
        wire.length[direction] = 0;
    }
    const size_t offset = count->bytes - count->records[count->record_count - 1];
    if (offset == RECORD_HEADER - 2 || offset == RECORD_HEADER - 1) {
        wire.length[direction] = wire.length[direction] << 8 | byte;
        wire.next_record[direction] =
            count->records[count->record_count - 1] + RECORD_HEADER + wire.length[direction];
    } else if (offset == 0) {
        wire.next_record[direction] = SIZE_MAX;
    }
    count->bytes++;
}

static void count_bytes(pipe_direction_t direction, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        count_byte(direction, bytes[i]);
    }
    pipe_count_t *to_client = &wire.counts[PIPE_TO_CLIENT];
    pipe_count_t *to_server = &wire.counts[PIPE_TO_SERVER];
    if (wire.is_new && to_server->handshake == 0 && tls_peer_handshake_is_over()) {
        to_server->handshake = to_server->bytes;
        to_client->handshake = to_client->bytes + tls_peer_queued();
    }
}

static void begin_to_count(bool is_new)
{
    wire.is_new = is_new;
    memset(wire.counts, 0, sizeof wire.counts);
    memset(wire.next_record, 0, sizeof wire.next_record);
    wire.has_paused = false;
}

/* ---- Faults ---- */

static bool is_broken(pipe_fault_t fault)
{
    return wire.fault == fault && wire.counts[wire.direction].bytes == wire.at;
}

static bool is_broken_in(pipe_fault_t fault, pipe_direction_t direction)
{
    return is_broken(fault) && wire.direction == direction;
}

/* How many of these bytes may pass now. */
static size_t allowed(pipe_direction_t direction, size_t size)
{
    const size_t bytes = wire.counts[direction].bytes;
    if (wire.limit > 0 && size > wire.limit) {
        size = wire.limit;
    }
    if (wire.fault == PIPE_WHOLE || wire.direction != direction || bytes > wire.at) {
        return size;
    }
    const size_t left = wire.at - bytes;
    if (left > 0) {
        return size < left ? size : left;
    }
    const bool goes_on = wire.fault == PIPE_SHORT && wire.has_paused;
    wire.has_paused = true;
    return goes_on ? size : 0;
}

/* ---- The peer's turn ---- */

typedef struct {
    bool heap_is_clients;
    ardoq_fake_failure_t random;
} turn_t;

static turn_t peers_turn(void)
{
    const turn_t turn = {heap_is_clients, ardoq_fake.failures[ARDOQ_FAKE_RANDOM]};
    heap_is_clients = false;
    ardoq_fake.failures[ARDOQ_FAKE_RANDOM].at = 0;
    return turn;
}

static void clients_turn(turn_t turn)
{
    ardoq_fake.failures[ARDOQ_FAKE_RANDOM] = turn.random;
    heap_is_clients = turn.heap_is_clients;
}

/* ---- The fake port's other end ---- */

static ardoq_err_t client_sends(void *context, const void *data, size_t size, size_t *sent)
{
    (void)context;
    if (is_broken(PIPE_RESET) || is_broken_in(PIPE_CUT, PIPE_TO_SERVER)) {
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    size = allowed(PIPE_TO_SERVER, size);
    if (size == 0) {
        return ARDOQ_PENDING;
    }
    const turn_t turn = peers_turn();
    const ardoq_err_t err = wire.peer.send(wire.peer.context, data, size, sent);
    count_bytes(PIPE_TO_SERVER, data, *sent);
    clients_turn(turn);
    return err;
}

static ardoq_err_t client_receives(void *context, void *buffer, size_t size, size_t *received)
{
    (void)context;
    if (is_broken(PIPE_RESET) || is_broken_in(PIPE_CUT, PIPE_TO_CLIENT)) {
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    size = allowed(PIPE_TO_CLIENT, size);
    if (size == 0) {
        return ARDOQ_PENDING;
    }
    const turn_t turn = peers_turn();
    ardoq_err_t err = wire.peer.receive(wire.peer.context, buffer, size, received);
    count_bytes(PIPE_TO_CLIENT, buffer, *received);
    clients_turn(turn);
    /* Who cannot send any more is not answered either. */
    if (err == ARDOQ_PENDING && is_broken_in(PIPE_CUT, PIPE_TO_SERVER)) {
        err = ARDOQ_ERR_CONNECTION_CLOSED;
    }
    return err;
}

static void client_connected(void *context)
{
    (void)context;
    const turn_t turn = peers_turn();
    begin_to_count(true);
    wire.peer.connected(wire.peer.context);
    clients_turn(turn);
}

static void client_closed(void *context)
{
    (void)context;
    const turn_t turn = peers_turn();
    wire.peer.closed(wire.peer.context);
    wire.fault = PIPE_WHOLE;
    clients_turn(turn);
}

void pipe_plug(void)
{
    memset(&wire, 0, sizeof wire);
    wire.peer = ardoq_fake.peer;
    ardoq_fake.peer = (ardoq_fake_peer_t){.send = client_sends,
                                          .receive = client_receives,
                                          .connected = client_connected,
                                          .closed = client_closed};
}

void pipe_arm(pipe_fault_t fault, pipe_direction_t direction, size_t at)
{
    begin_to_count(false);
    wire.fault = fault;
    wire.direction = direction;
    wire.at = at;
}

void pipe_limit(size_t bytes)
{
    wire.limit = bytes;
}

const pipe_count_t *pipe_count(pipe_direction_t direction)
{
    return &wire.counts[direction];
}
