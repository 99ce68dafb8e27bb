#include "tls_private.h"

#if ARDOQ_SESSION_RESUMPTION

#include <string.h>

#include <mbedtls/platform.h>

#include "ardoq/text.h"
#include "ardoq/tls_sha256.h"
#include "mbedtls_seam.h"

/* No verification counts for longer, however often it was resumed. */
enum { LONGEST_SECONDS = 7 * 86400 };

/* A session as it is saved, on the heap for a moment only. What was verified comes with it, because
 * no certificate is shown again. */
typedef struct {
    unsigned char seal[ARDOQ_TLS_SHA256_SIZE];
    uint32_t received; /* wall clock */
    ardoq_tls_verified_t verified;
#if ARDOQ_CERTIFICATE_SUBJECT
    char subject[ARDOQ_SUBJECT_SIZE];
#endif
    unsigned char session[]; /* its members, then the ticket */
} saved_t;

enum { SAVED_HEAD = offsetof(saved_t, session), SESSION_ROOM = ARDOQ_SESSION_SIZE - SAVED_HEAD };

/* ---- The seal ------------------------------------------------------------------------------- */

/* The number of the format, which counts up when what is saved changes; and what tells whether it
 * was saved by a build with the same mbedTLS. */
static const uint32_t format[] = {1, MBEDTLS_VERSION_NUMBER, sizeof(mbedtls_ssl_session)};

static void add_text(ardoq_tls_sha256_t *sha256, const char *text)
{
    ardoq_tls_sha256_add(sha256, text, strlen(text) + 1);
}

/* DER tells its own length, and does not begin with a NUL. */
static void add_chain(ardoq_tls_sha256_t *sha256, const mbedtls_x509_crt *certificate)
{
    for (; certificate && certificate->raw.p; certificate = certificate->next) {
        ardoq_tls_sha256_add(sha256, certificate->raw.p, certificate->raw.len);
    }
    add_text(sha256, "");
}

/* A hash over all that the session may be used for, and over what is saved: what was saved for
 * something else does not match it, nor what is not whole. */
static bool make_seal(const ardoq_tls_t *tls, const saved_t *saved, size_t size,
                      unsigned char seal[ARDOQ_TLS_SHA256_SIZE])
{
    ardoq_tls_sha256_t sha256;
    ardoq_tls_sha256_begin(&sha256);
    ardoq_tls_sha256_add(&sha256, format, sizeof format);
    ardoq_tls_sha256_add(&sha256, &tls->port, sizeof tls->port);
    add_text(&sha256, tls->host);
    add_chain(&sha256, &tls->roots);
#if ARDOQ_PINS
    add_text(&sha256, tls->pins[0]);
    add_text(&sha256, tls->pins[1]);
#endif
#if ARDOQ_CLIENT_CERTIFICATE
    add_chain(&sha256, &tls->certificate);
#endif
    ardoq_tls_sha256_add(&sha256, &saved->received, size - offsetof(saved_t, received));
    return ardoq_tls_sha256_end(&sha256, seal);
}

/* ---- Members -------------------------------------------------------------------------------- */

typedef struct {
    uint16_t at;
    uint16_t size;
} member_t;

#define MEMBER_SIZE(name) +sizeof((mbedtls_ssl_session *)0)->MBEDTLS_PRIVATE(name)
#define MEMBER(name)      {offsetof(mbedtls_ssl_session, MBEDTLS_PRIVATE(name)), MEMBER_SIZE(name)},

static const member_t members[] = {ARDOQ_SEAM_SESSION_MEMBERS(MEMBER)};

enum { MEMBERS_SIZE = 0 ARDOQ_SEAM_SESSION_MEMBERS(MEMBER_SIZE) };

_Static_assert(MEMBERS_SIZE < (size_t)SESSION_ROOM, "there is room for a ticket");

/* Copies them from the session to where they are saved, or back. */
static void move_members(mbedtls_ssl_session *session, unsigned char *saved, bool back)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        unsigned char *member = (unsigned char *)session + members[i].at;
        memcpy(back ? member : saved, back ? saved : member, members[i].size);
        saved += members[i].size;
    }
}

/* ---- Offering ------------------------------------------------------------------------------- */

/* TLS 1.2 has 0 for a lifetime that is not told (RFC 5077, 3.3). By a clock that was put back, an
 * age is near its largest. */
static bool is_in_time(const ardoq_tls_t *tls, const saved_t *saved, uint32_t lifetime)
{
    return (uint32_t)tls->now - saved->verified.at < LONGEST_SECONDS &&
           (uint32_t)tls->now - saved->received < (lifetime ? lifetime : LONGEST_SECONDS) &&
           tls->now <= saved->verified.certificate_end;
}

static bool offer(ardoq_tls_t *tls, saved_t *saved, size_t size)
{
    unsigned char seal[ARDOQ_TLS_SHA256_SIZE];
    mbedtls_ssl_session session;
    if (size < SAVED_HEAD + MEMBERS_SIZE || !make_seal(tls, saved, size, seal) ||
        memcmp(seal, saved->seal, sizeof seal) != 0) {
        return false;
    }
    mbedtls_ssl_session_init(&session);
    move_members(&session, saved->session, true);
    /* It is copied; what it points to is not its own. */
    session.MBEDTLS_PRIVATE(ticket) = saved->session + MEMBERS_SIZE;
    ardoq_seam_complete_session(&session, &tls->ssl, (uint32_t)tls->now - saved->received);
    const bool is_offered =
        session.MBEDTLS_PRIVATE(ticket_len) == size - SAVED_HEAD - MEMBERS_SIZE &&
        ardoq_seam_is_sound(&session) &&
        is_in_time(tls, saved, session.MBEDTLS_PRIVATE(ticket_lifetime)) &&
        mbedtls_ssl_set_session(&tls->ssl, &session) == 0;
    ardoq_wipe(&session, sizeof session);
    if (is_offered) {
        tls->verified = saved->verified;
#if ARDOQ_CERTIFICATE_SUBJECT
        memcpy(tls->detail.certificate_subject, saved->subject, ARDOQ_SUBJECT_SIZE);
#endif
    }
    return is_offered;
}

static void read_and_offer(ardoq_tls_t *tls, saved_t *saved)
{
    size_t size;
    if (!tls->without_session &&
        ardoq_port_session_read(saved, ARDOQ_SESSION_SIZE, &size) == ARDOQ_OK &&
        !offer(tls, saved, size)) {
        (void)ardoq_port_session_write(NULL, 0);
    }
}

/* ---- Saving --------------------------------------------------------------------------------- */

static void save(ardoq_tls_t *tls, saved_t *saved)
{
    mbedtls_ssl_session *session = tls->ssl.MBEDTLS_PRIVATE(session);
    const size_t ticket = session->MBEDTLS_PRIVATE(ticket_len);
    if (ticket > SESSION_ROOM - MEMBERS_SIZE || ticket + session->MBEDTLS_PRIVATE(id_len) == 0) {
        return;
    }
    saved->received = (uint32_t)tls->now;
    saved->verified = tls->verified;
#if ARDOQ_CERTIFICATE_SUBJECT
    memcpy(saved->subject, tls->detail.certificate_subject, ARDOQ_SUBJECT_SIZE);
#endif
    move_members(session, saved->session, false);
    if (ticket > 0) {
        memcpy(saved->session + MEMBERS_SIZE, session->MBEDTLS_PRIVATE(ticket), ticket);
    }
    const size_t size = SAVED_HEAD + MEMBERS_SIZE + ticket;
    if (make_seal(tls, saved, size, saved->seal)) {
        (void)ardoq_port_session_write(saved, size);
    }
}

/* ---- What the connection calls -------------------------------------------------------------- */

/* Without a clock nobody knows how old a session is, and no dates were checked. */
static void with_saved(ardoq_tls_t *tls, void (*act)(ardoq_tls_t *, saved_t *))
{
    saved_t *saved = tls->now != 0 ? mbedtls_calloc(1, ARDOQ_SESSION_SIZE) : NULL;
    if (saved) {
        act(tls, saved);
        ardoq_wipe(saved, ARDOQ_SESSION_SIZE);
        mbedtls_free(saved);
    }
}

void ardoq_tls_offer_session(ardoq_tls_t *tls)
{
    tls->has_session = false;
    tls->verified.certificate_end = 0;
    with_saved(tls, read_and_offer);
}

bool ardoq_tls_is_verified(ardoq_tls_t *tls)
{
    if (tls->detail.certificate_end != 0) {
        tls->verified.at = (uint32_t)tls->now;
        tls->verified.certificate_end = tls->detail.certificate_end;
        tls->has_session = ardoq_seam_has_session(&tls->ssl);
    }
    tls->detail.certificate_end = tls->verified.certificate_end;
    return tls->detail.certificate_end != 0;
}

/* When TLS has failed, not the network, it may be the session's fault. */
void ardoq_tls_end_session(ardoq_tls_t *tls)
{
    if (!ardoq_seam_handshake_is_over(&tls->ssl) || (tls->detail.tls_code && !tls->io_err)) {
        if (tls->verified.certificate_end != 0) {
            (void)ardoq_port_session_write(NULL, 0);
        }
    } else if (tls->has_session) {
        with_saved(tls, save);
    }
}

#endif
