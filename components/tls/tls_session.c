#include "tls_private.h"

#if ARDOQ_SESSION_RESUMPTION

#include <string.h>

#include <mbedtls/platform.h>

#include "ardoq/text.h"
#include "ardoq/tls_sha256.h"
#include "mbedtls_seam.h"

/* A verification expires after this time, even if sessions are resumed. */
enum { LONGEST_SECONDS = 7 * 86400 };

/* Saved before the session. It includes the result of the verification, because no certificate is
 * sent again. */
typedef struct {
    unsigned char seal[ARDOQ_TLS_SHA256_SIZE];
    uint32_t received; /* wall clock */
    ardoq_tls_verified_t verified;
#if ARDOQ_CERTIFICATE_SUBJECT
    char subject[ARDOQ_SUBJECT_SIZE];
#endif
} head_t;

enum { ROOM = ARDOQ_SESSION_SIZE - sizeof(head_t) };

typedef struct {
    head_t head;
    unsigned char session[ROOM]; /* its members, then the ticket */
} saved_t;

/* Temporary memory, too large for the stack. */
typedef struct {
    saved_t saved;
    mbedtls_ssl_session session;
    ardoq_tls_sha256_t sha256;
    unsigned char seal[ARDOQ_TLS_SHA256_SIZE];
} work_t;

/* ---- The seal ------------------------------------------------------------------------------- */

/* The version of the format, to be increased when it changes, and values that identify the build of
 * mbedTLS. */
static const uint32_t format[] = {1, MBEDTLS_VERSION_NUMBER, sizeof(mbedtls_ssl_session)};

static void add_text(ardoq_tls_sha256_t *sha256, const char *text)
{
    ardoq_tls_sha256_add(sha256, text, strlen(text) + 1);
}

/* DER contains its own length, and does not begin with a NUL. */
static void add_chain(ardoq_tls_sha256_t *sha256, const mbedtls_x509_crt *certificate)
{
    for (; certificate && certificate->raw.p; certificate = certificate->next) {
        ardoq_tls_sha256_add(sha256, certificate->raw.p, certificate->raw.len);
    }
    add_text(sha256, "");
}

/* A hash over everything that the session depends on and over the saved data: a session of another
 * server or configuration, or an incomplete one, does not match. */
static bool make_seal(const ardoq_tls_t *tls, work_t *work, size_t size)
{
    ardoq_tls_sha256_t *sha256 = &work->sha256;
    ardoq_tls_sha256_begin(sha256);
    ardoq_tls_sha256_add(sha256, format, sizeof format);
    ardoq_tls_sha256_add(sha256, &tls->port, sizeof tls->port);
    add_text(sha256, tls->host);
    add_chain(sha256, &tls->roots);
#if ARDOQ_CLIENT_CERTIFICATE
    add_chain(sha256, &tls->certificate);
#endif
#if ARDOQ_PINS
    add_text(sha256, tls->pins[0]);
    add_text(sha256, tls->pins[1]);
#endif
    ardoq_tls_sha256_add(sha256, &work->saved.head.received, size - offsetof(head_t, received));
    return ardoq_tls_sha256_end(sha256, work->seal);
}

/* ---- Members -------------------------------------------------------------------------------- */

typedef struct {
    uint16_t at;
    uint16_t size;
} member_t;

#define MEMBER_SIZE(name)  sizeof(((mbedtls_ssl_session *)0)->MBEDTLS_PRIVATE(name))
#define MEMBER(name)       {offsetof(mbedtls_ssl_session, MBEDTLS_PRIVATE(name)), MEMBER_SIZE(name)},
#define MEMBER_BYTES(name) unsigned char name[MEMBER_SIZE(name)];

static const member_t members[] = {ARDOQ_SEAM_SESSION_MEMBERS(MEMBER)};

/* The members as saved, one after the other. */
typedef struct {
    ARDOQ_SEAM_SESSION_MEMBERS(MEMBER_BYTES)
} members_t;

enum { MEMBERS_SIZE = sizeof(members_t) };

_Static_assert(MEMBERS_SIZE < (size_t)ROOM, "there is room for a ticket");

/* Copies the members from the session to the saved form, or back. */
static void move_members(mbedtls_ssl_session *session, unsigned char *saved, bool back)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        unsigned char *member = (unsigned char *)session + members[i].at;
        memcpy(back ? member : saved, back ? saved : member, members[i].size);
        saved += members[i].size;
    }
}

/* ---- Offering ------------------------------------------------------------------------------- */

/* In TLS 1.2 a lifetime of 0 is unspecified (RFC 5077, 3.3). If the clock was set back, the age
 * becomes a very large number. */
static bool is_in_time(const ardoq_tls_t *tls, const head_t *head, uint32_t lifetime)
{
    return (uint32_t)tls->now - head->verified.at < LONGEST_SECONDS &&
           (uint32_t)tls->now - head->received < (lifetime ? lifetime : LONGEST_SECONDS) &&
           tls->now <= head->verified.certificate_end;
}

static bool offer(ardoq_tls_t *tls, work_t *work, size_t size)
{
    saved_t *saved = &work->saved;
    mbedtls_ssl_session *session = &work->session;
    if (size < sizeof saved->head + MEMBERS_SIZE || !make_seal(tls, work, size) ||
        memcmp(work->seal, saved->head.seal, sizeof work->seal) != 0) {
        return false;
    }
    mbedtls_ssl_session_init(session);
    move_members(session, saved->session, true);
    /* The session is copied, but does not own the ticket. */
    session->MBEDTLS_PRIVATE(ticket) = saved->session + MEMBERS_SIZE;
    ardoq_seam_complete_session(session, &tls->ssl, (uint32_t)tls->now - saved->head.received);
    return session->MBEDTLS_PRIVATE(ticket_len) == size - sizeof saved->head - MEMBERS_SIZE &&
           ardoq_seam_is_sound(session) &&
           is_in_time(tls, &saved->head, session->MBEDTLS_PRIVATE(ticket_lifetime)) &&
           mbedtls_ssl_set_session(&tls->ssl, session) == 0;
}

static void read_and_offer(ardoq_tls_t *tls, work_t *work)
{
    size_t size;
    if (tls->without_session ||
        ardoq_port_session_read(&work->saved, sizeof work->saved, &size) != ARDOQ_OK) {
        return;
    }
    if (!offer(tls, work, size)) {
        (void)ardoq_port_session_write(NULL, 0);
        return;
    }
    tls->verified = work->saved.head.verified;
#if ARDOQ_CERTIFICATE_SUBJECT
    memcpy(tls->detail.certificate_subject, work->saved.head.subject, ARDOQ_SUBJECT_SIZE);
#endif
}

/* ---- Saving --------------------------------------------------------------------------------- */

static void save(ardoq_tls_t *tls, work_t *work)
{
    saved_t *saved = &work->saved;
    mbedtls_ssl_session *session = tls->ssl.MBEDTLS_PRIVATE(session);
    const size_t ticket = session->MBEDTLS_PRIVATE(ticket_len);
    if (ticket > ROOM - MEMBERS_SIZE || ticket + session->MBEDTLS_PRIVATE(id_len) == 0) {
        return;
    }
    saved->head.received = (uint32_t)tls->now;
    saved->head.verified = tls->verified;
#if ARDOQ_CERTIFICATE_SUBJECT
    memcpy(saved->head.subject, tls->detail.certificate_subject, ARDOQ_SUBJECT_SIZE);
#endif
    move_members(session, saved->session, false);
    if (ticket > 0) {
        memcpy(saved->session + MEMBERS_SIZE, session->MBEDTLS_PRIVATE(ticket), ticket);
    }
    const size_t size = sizeof saved->head + MEMBERS_SIZE + ticket;
    if (make_seal(tls, work, size)) {
        memcpy(saved->head.seal, work->seal, sizeof work->seal);
        (void)ardoq_port_session_write(saved, size);
    }
}

/* ---- Called by the connection ---------------------------------------------------------------- */

/* Also null without a clock: the age of a session would be unknown, and no dates were checked. */
static work_t *take_memory(const ardoq_tls_t *tls)
{
    return tls->now != 0 ? mbedtls_calloc(1, sizeof(work_t)) : NULL;
}

static void give_back(work_t *work)
{
    ardoq_wipe(work, sizeof *work);
    mbedtls_free(work);
}

void ardoq_tls_offer_session(ardoq_tls_t *tls)
{
    tls->has_session = false;
    tls->verified.certificate_end = 0;
    work_t *work = take_memory(tls);
    if (work) {
        read_and_offer(tls, work);
        give_back(work);
    }
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

/* If TLS has failed, not the network, the session may be the cause. */
void ardoq_tls_end_session(ardoq_tls_t *tls)
{
    if (!ardoq_seam_handshake_is_over(&tls->ssl) || (tls->detail.tls_code && !tls->io_err)) {
        if (tls->verified.certificate_end != 0) {
            (void)ardoq_port_session_write(NULL, 0);
        }
        return;
    }
    work_t *work = tls->has_session ? take_memory(tls) : NULL;
    if (work) {
        save(tls, work);
        give_back(work);
    }
}

#endif
