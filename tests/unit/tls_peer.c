#include "tls_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>

#include "ardoq/build_config.h"
#include "ardoq/port_fake.h"
#include "mbedtls_seam.h"

enum {
    QUEUE_SIZE = 65536,
    REQUEST_SIZE = 262144 + 7 * ARDOQ_BUFFER_SIZE,
    FILES = 40,
    FILE_SIZE = 8192
};

typedef struct {
    unsigned char bytes[QUEUE_SIZE];
    size_t length;
} queue_t;

static struct {
    const peer_script_t *script;
    mbedtls_ssl_config config;
    mbedtls_ssl_context tls;
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt client_ca;
    mbedtls_pk_context key;
#if MBEDTLS_VERSION_MAJOR >= 3
    mbedtls_ssl_protocol_version newest_version;
#endif
    mbedtls_ssl_ticket_context tickets;
    unsigned given;
    unsigned shown;
    unsigned taken;
    unsigned char hello[2048];
    size_t hello_size;
    unsigned char *own_der; /* null: what is sent */
    unsigned char sent_der[1024];
    queue_t to_peer;
    queue_t to_client;
    bool is_connected;
    bool is_closed; /* by the peer */
    bool is_deaf;   /* reads no further */
    bool has_waited;
    tls_peer_act_t when_idle;
    size_t step;
    peer_step_t decided; /* by step_for; no answer: not yet */
    unsigned answered;
    size_t answer_sent;
    size_t request_start; /* of the request in progress, in received */
    size_t received_length;
    char received[REQUEST_SIZE];
} peer;

static void check(int code, const char *what)
{
    if (code != 0) {
        fprintf(stderr, "tls_peer: %s failed: -0x%x\n", what, (unsigned)-code);
        abort();
    }
}

const char *certificate_file(const char *name)
{
    static struct {
        char name[64];
        char text[FILE_SIZE];
    } files[FILES];
    size_t i = 0;
    while (i < FILES && files[i].name[0] != '\0' && strcmp(files[i].name, name) != 0) {
        i++;
    }
    check(i == FILES, "finding room for a file");
    if (files[i].name[0] == '\0') {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", CERTIFICATES, name);
        FILE *file = fopen(path, "r");
        check(file == NULL || fread(files[i].text, 1, FILE_SIZE - 1, file) == 0, path);
        fclose(file);
        snprintf(files[i].name, sizeof files[i].name, "%s", name);
    }
    return files[i].text;
}

/* ---- Queues ---- */

static size_t push(queue_t *queue, const void *data, size_t size)
{
    const size_t room = QUEUE_SIZE - queue->length;
    const size_t taken = size < room ? size : room;
    memcpy(queue->bytes + queue->length, data, taken);
    queue->length += taken;
    return taken;
}

static size_t pull(queue_t *queue, void *buffer, size_t size)
{
    const size_t taken = size < queue->length ? size : queue->length;
    memcpy(buffer, queue->bytes, taken);
    queue->length -= taken;
    memmove(queue->bytes, queue->bytes + taken, queue->length);
    return taken;
}

static int peer_send(void *context, const unsigned char *data, size_t size)
{
    (void)context;
    const size_t sent = push(&peer.to_client, data, size);
    return sent > 0 ? (int)sent : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int peer_receive(void *context, unsigned char *buffer, size_t size)
{
    (void)context;
    const size_t received = pull(&peer.to_peer, buffer, size);
    return received > 0 ? (int)received : MBEDTLS_ERR_SSL_WANT_READ;
}

/* ---- The server ---- */

static const peer_step_t *current_step(void)
{
    if (peer.script->step_for) {
        return &peer.decided;
    }
    const size_t last = peer.script->step_count - 1;
    return &peer.script->steps[peer.step < last ? peer.step : last];
}

void tls_peer_close(peer_then_t how)
{
    if (how == PEER_CLOSE_NOTIFY) {
        mbedtls_ssl_close_notify(&peer.tls);
    }
    peer.is_closed = how != PEER_KEEP;
}

static bool request_is_complete(void)
{
    const char *request = peer.received + peer.request_start;
    const char *end = strstr(request, "\r\n\r\n");
    const char *length = strstr(request, "\r\nContent-Length: ");
    if (!end) {
        return false;
    }
    const size_t expected = length && length < end ? strtoul(length + 18, NULL, 10) : 0;
    const peer_step_t *step = current_step();
    return strlen(end + 4) >= (step->early ? step->after : expected);
}

static void answer(void)
{
    if (peer.script->step_for && !peer.decided.answer) {
        peer.decided = peer.script->step_for(peer.received + peer.request_start);
    }
    const peer_step_t *step = current_step();
    if (!step->answer) {
        return;
    }
    if (step->waits && !peer.has_waited) {
        peer.has_waited = true;
        return;
    }
    peer.has_waited = false;
    const size_t size = strlen(step->answer);
    while (peer.answer_sent < size) {
        const size_t end = peer.answer_sent < step->first ? step->first : size;
        const int code =
            mbedtls_ssl_write(&peer.tls, (const unsigned char *)step->answer + peer.answer_sent,
                              end - peer.answer_sent);
        if (code <= 0) {
            return; /* the queue is full: goes on at the next pump */
        }
        peer.answer_sent += (size_t)code;
    }
    peer.answer_sent = 0;
    peer.request_start = peer.received_length;
    peer.is_deaf = step->early;
    peer.answered++;
    peer.step++;
    tls_peer_close(step->then);
    if (peer.script->step_for) {
        peer.decided = (peer_step_t){.answer = NULL};
        tls_peer_forget_received();
    }
}

static void read_request(void)
{
    char *into = peer.received + peer.received_length;
    const int code = mbedtls_ssl_read(&peer.tls, (unsigned char *)into,
                                      sizeof peer.received - 1 - peer.received_length);
    if (code > 0) {
        peer.received_length += (size_t)code;
        peer.received[peer.received_length] = '\0';
    }
}

static void pump(void)
{
    if (!peer.is_connected || peer.is_closed || peer.is_deaf) {
        return;
    }
    if (!ardoq_seam_handshake_is_over(&peer.tls)) {
        const int code = mbedtls_ssl_handshake(&peer.tls);
        if (code != 0 && code != MBEDTLS_ERR_SSL_WANT_READ && code != MBEDTLS_ERR_SSL_WANT_WRITE) {
            peer.is_closed = true;
        }
        return;
    }
    read_request();
    if (request_is_complete()) {
        answer();
    }
}

/* ---- The fake port's other end ---- */

static ardoq_err_t client_sends(void *context, const void *data, size_t size, size_t *sent)
{
    (void)context;
    if (peer.is_closed) {
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    *sent = push(&peer.to_peer, data, size);
    if (peer.hello_size == 0) {
        peer.hello_size = *sent < sizeof peer.hello ? *sent : sizeof peer.hello;
        memcpy(peer.hello, data, peer.hello_size);
    }
    pump();
    return *sent > 0 ? ARDOQ_OK : ARDOQ_PENDING;
}

static ardoq_err_t client_receives(void *context, void *buffer, size_t size, size_t *received)
{
    (void)context;
    if (peer.to_client.length == 0 && peer.when_idle && !peer.is_closed &&
        ardoq_seam_handshake_is_over(&peer.tls)) {
        peer.when_idle(&peer.tls);
    }
    if (peer.to_client.length == 0) {
        pump();
    }
    *received = pull(&peer.to_client, buffer, size);
    if (*received > 0) {
        return ARDOQ_OK;
    }
    return peer.is_closed ? ARDOQ_ERR_CONNECTION_CLOSED : ARDOQ_PENDING;
}

static void limit_version(bool tls_1_2)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    mbedtls_ssl_conf_max_tls_version(&peer.config,
                                     tls_1_2 ? MBEDTLS_SSL_VERSION_TLS1_2 : peer.newest_version);
#else
    (void)tls_1_2;
#endif
}

/* mbedTLS 4 has no key exchange of RSA, nor a name for it: TLS_RSA_WITH_AES_128_GCM_SHA256. */
static void choose_handshake(void)
{
    static const int quick[] = {0x9c, 0};
    const bool is_quick = peer.script->quick && mbedtls_ssl_ciphersuite_from_id(quick[0]);
    limit_version(peer.script->tls_1_2 || is_quick);
    mbedtls_ssl_conf_ciphersuites(&peer.config, is_quick ? quick : mbedtls_ssl_list_ciphersuites());
}

static void client_connected(void *context)
{
    (void)context;
    choose_handshake();
    check(mbedtls_ssl_session_reset(&peer.tls), "session_reset");
    peer.to_peer.length = 0;
    peer.to_client.length = 0;
    peer.is_connected = true;
    peer.is_closed = false;
    peer.is_deaf = false;
    peer.answer_sent = 0;
    peer.hello_size = 0;
    peer.decided = (peer_step_t){.answer = NULL};
    peer.request_start = peer.received_length;
}

static void client_closed(void *context)
{
    (void)context;
    peer.is_connected = false;
}

/* ---- Tickets ---- */

static int write_ticket(void *context, const mbedtls_ssl_session *session, unsigned char *start,
                        const unsigned char *end, size_t *length, uint32_t *lifetime)
{
    const size_t surplus = peer.script->ticket_surplus;
    if (surplus == SIZE_MAX) {
        return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    }
    const int code = mbedtls_ssl_ticket_write(context, session, start, end, length, lifetime);
    if (code == 0 && (size_t)(end - start) >= *length + surplus) {
        memset(start + *length, 0, surplus);
        *length += surplus;
    }
    peer.given++;
    return code;
}

static int read_ticket(void *context, mbedtls_ssl_session *session, unsigned char *ticket,
                       size_t length)
{
    const size_t surplus = peer.script->ticket_surplus;
    const int code =
        mbedtls_ssl_ticket_parse(context, session, ticket, length > surplus ? length - surplus : 0);
    peer.shown++;
    peer.taken += code == 0;
    return code;
}

#if MBEDTLS_VERSION_MAJOR < 4
static int random_bytes(void *context, unsigned char *buffer, size_t size)
{
    (void)context;
    return ardoq_port_random(buffer, size);
}
#endif

static void give_tickets(void)
{
    mbedtls_ssl_ticket_init(&peer.tickets);
    if (peer.script->ticket_lifetime == 0) {
        return;
    }
#if MBEDTLS_VERSION_MAJOR < 4
    check(mbedtls_ssl_ticket_setup(&peer.tickets, random_bytes, NULL, MBEDTLS_CIPHER_AES_256_GCM,
                                   peer.script->ticket_lifetime),
          "ticket_setup");
#else
    check(mbedtls_ssl_ticket_setup(&peer.tickets, PSA_ALG_GCM, PSA_KEY_TYPE_AES, 256,
                                   peer.script->ticket_lifetime),
          "ticket_setup");
#endif
    mbedtls_ssl_conf_session_tickets_cb(&peer.config, write_ticket, read_ticket, &peer.tickets);
}

void tls_peer_forget_tickets(void)
{
    mbedtls_ssl_ticket_free(&peer.tickets);
    give_tickets();
}

/* ---- Starting ---- */

static void load_chain(mbedtls_x509_crt *chain, const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "%s.pem", name);
    const char *pem = certificate_file(file);
    check(mbedtls_x509_crt_parse(chain, (const unsigned char *)pem, strlen(pem) + 1), file);
}

static void load_key(const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "%s.key", name);
    const char *pem = certificate_file(file);
    check(ardoq_seam_parse_key(&peer.key, (const unsigned char *)pem, strlen(pem) + 1), file);
}

void tls_peer_start(const peer_script_t *script)
{
    memset(&peer, 0, sizeof peer);
    peer.script = script;
    mbedtls_ssl_config_init(&peer.config);
    mbedtls_ssl_init(&peer.tls);
    mbedtls_x509_crt_init(&peer.certificate);
    mbedtls_x509_crt_init(&peer.client_ca);
    mbedtls_pk_init(&peer.key);
    check(mbedtls_ssl_config_defaults(&peer.config, MBEDTLS_SSL_IS_SERVER,
                                      MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
          "config_defaults");
    check(ardoq_seam_random(&peer.config, NULL), "random");
    load_chain(&peer.certificate, script->certificate);
    load_key(script->certificate);
    check(mbedtls_ssl_conf_own_cert(&peer.config, &peer.certificate, &peer.key), "own_cert");
    if (script->client_ca) {
        load_chain(&peer.client_ca, script->client_ca);
        mbedtls_ssl_conf_ca_chain(&peer.config, &peer.client_ca, NULL);
        mbedtls_ssl_conf_authmode(&peer.config, MBEDTLS_SSL_VERIFY_REQUIRED);
    }
    give_tickets();
#if MBEDTLS_VERSION_MAJOR >= 3
    peer.newest_version = peer.config.MBEDTLS_PRIVATE(max_tls_version);
#endif
    check(mbedtls_ssl_setup(&peer.tls, &peer.config), "setup");
    mbedtls_ssl_set_bio(&peer.tls, NULL, peer_send, peer_receive, NULL);
    ardoq_fake.peer = (ardoq_fake_peer_t){.send = client_sends,
                                          .receive = client_receives,
                                          .connected = client_connected,
                                          .closed = client_closed};
}

void tls_peer_stop(void)
{
    if (peer.own_der) {
        peer.certificate.raw.p = peer.own_der;
        peer.own_der = NULL;
    }
    mbedtls_ssl_free(&peer.tls);
    mbedtls_ssl_config_free(&peer.config);
    mbedtls_ssl_ticket_free(&peer.tickets);
    mbedtls_x509_crt_free(&peer.certificate);
    mbedtls_x509_crt_free(&peer.client_ca);
    mbedtls_pk_free(&peer.key);
    ardoq_fake.peer = (ardoq_fake_peer_t){0};
}

const char *tls_peer_received(void)
{
    return peer.received;
}

void tls_peer_forget_received(void)
{
    peer.received_length = 0;
    peer.request_start = 0;
    peer.received[0] = '\0';
}

bool tls_peer_handshake_is_over(void)
{
    return ardoq_seam_handshake_is_over(&peer.tls);
}

void tls_peer_when_idle(tls_peer_act_t act)
{
    peer.when_idle = act;
}

/* No public function sends a message of one's own choice. */
#if MBEDTLS_VERSION_MAJOR < 3
int mbedtls_ssl_write_record(mbedtls_ssl_context *tls, uint8_t force_flush);
#define MBEDTLS_PRIVATE(member) member
#else
int mbedtls_ssl_write_record(mbedtls_ssl_context *tls, int force_flush);
#endif

void tls_peer_send_handshake(const void *messages, size_t size)
{
    memcpy(peer.tls.MBEDTLS_PRIVATE(out_msg), messages, size);
    peer.tls.MBEDTLS_PRIVATE(out_msglen) = size;
    peer.tls.MBEDTLS_PRIVATE(out_msgtype) = MBEDTLS_SSL_MSG_HANDSHAKE;
    check(mbedtls_ssl_write_record(&peer.tls, 1), "write_record");
}

unsigned char *tls_peer_certificate(size_t *size)
{
    mbedtls_x509_buf *raw = &peer.certificate.raw;
    *size = raw->len;
    if (!peer.own_der) {
        check(raw->len > sizeof peer.sent_der, "copying the certificate");
        memcpy(peer.sent_der, raw->p, raw->len);
        peer.own_der = raw->p;
        raw->p = peer.sent_der;
    }
    return raw->p;
}

size_t tls_peer_queued(void)
{
    return peer.to_client.length;
}

unsigned tls_peer_answered(void)
{
    return peer.answered;
}

unsigned tls_peer_tickets_given(void)
{
    return peer.given;
}

unsigned tls_peer_tickets_shown(void)
{
    return peer.shown;
}

unsigned tls_peer_tickets_taken(void)
{
    return peer.taken;
}

void tls_peer_accept_psk(const unsigned char *key, size_t size, const char *name)
{
    check(mbedtls_ssl_conf_psk(&peer.config, key, size, (const unsigned char *)name, strlen(name)),
          "conf_psk");
}

const unsigned char *tls_peer_hello(size_t *size)
{
    *size = peer.hello_size;
    return peer.hello;
}
