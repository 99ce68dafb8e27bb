#include "../../../components/tls/tls_session.c"

#include "../proof.h"

static ardoq_tls_t tls;
static mbedtls_ssl_session negotiated;
static mbedtls_x509_crt root;
static unsigned char root_bytes[4];
static bool is_offered;
static size_t written;

/* ---- What it calls --------------------------------------------------------------------------- */

void ardoq_wipe(void *data, size_t size)
{
    PROVE(__CPROVER_w_ok(data, size));
}

void ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256)
{
    sha256->has_failed = false;
}

void ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size)
{
    PROVE(!sha256->has_failed && __CPROVER_r_ok(data, size));
}

/* Any hash, so that what is sealed may be anything too. */
bool ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char hash[ARDOQ_TLS_SHA256_SIZE])
{
    const bool is_made = nondet_bool();
    (void)sha256;
    if (is_made) {
        for (size_t i = 0; i < ARDOQ_TLS_SHA256_SIZE; i++) {
            hash[i] = nondet_uint8();
        }
    }
    return is_made;
}

/* Any bytes, as many as there is room for. */
ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    __CPROVER_havoc_slice(data, size);
    *length = any_size_up_to(size);
    return (ardoq_err_t)nondet_int();
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    PROVE(size <= ARDOQ_SESSION_SIZE && (size == 0 || __CPROVER_r_ok(data, size)));
    written = size;
    return (ardoq_err_t)nondet_int();
}

void mbedtls_ssl_session_init(mbedtls_ssl_session *session)
{
    memset(session, 0, sizeof *session);
}

/* It copies the ticket, without a look at where that lies. */
int mbedtls_ssl_set_session(mbedtls_ssl_context *ssl, const mbedtls_ssl_session *session)
{
    PROVE(ssl == &tls.ssl);
    PROVE(session->ticket_len == 0 || __CPROVER_r_ok(session->ticket, session->ticket_len));
    const int code = nondet_int();
    is_offered = code == 0;
    return code;
}

/* ---- Proofs ---------------------------------------------------------------------------------- */

static void begin(void)
{
    tls.host = any_text(2);
    tls.pins[0] = any_text(1);
    tls.pins[1] = "";
    tls.port = nondet_uint8();
    tls.now = nondet_int64();
    ASSUME(tls.now >= 0 && tls.now <= UINT32_MAX);
    tls.without_session = nondet_bool();
    root.raw.p = nondet_bool() ? root_bytes : NULL;
    root.raw.len = sizeof root_bytes;
    tls.roots = root;
}

/* Whatever is stored, and even if its seal fits: nothing is read that is not there, and what counts
 * as verified is in time. */
void prove_offer(void)
{
    begin();
    ardoq_tls_offer_session(&tls);
    PROVE(!tls.has_session);
    if (tls.verified.certificate_end != 0) {
        PROVE(is_offered && !tls.without_session && tls.now != 0);
        PROVE(tls.now <= tls.verified.certificate_end);
        PROVE((uint32_t)tls.now - tls.verified.at < LONGEST_SECONDS);
        REACHED("a session is offered");
    }
    if (!is_offered && tls.now != 0 && !tls.without_session) {
        REACHED("none is offered");
    }
}

/* Whatever session mbedTLS holds: no more is copied than there is room for. */
void prove_save(void)
{
    begin();
    negotiated.id_len = any_size_up_to(sizeof negotiated.id);
    negotiated.ticket_len = any_size_up_to(ARDOQ_SESSION_SIZE + 1);
    negotiated.ticket = (unsigned char *)any_bytes(negotiated.ticket_len);
    tls.ssl.session = &negotiated;
    tls.ssl.state = nondet_int();
    tls.has_session = nondet_bool();
    tls.io_err = (ardoq_err_t)nondet_int();
    tls.detail.tls_code = nondet_int();
    ardoq_tls_end_session(&tls);
    PROVE(written == 0 || (tls.has_session && tls.ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER));
    if (written == ARDOQ_SESSION_SIZE) {
        REACHED("the largest session");
    }
}
