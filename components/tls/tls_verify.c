#include <string.h>

#include <mbedtls/base64.h>

#include "ardoq/text.h"
#include "ardoq/tls_sha256.h"
#include "ardoq/utc.h"
#include "mbedtls_seam.h"
#include "tls_private.h"

/* ---- Dates ---------------------------------------------------------------------------------- */

static int64_t to_seconds(const mbedtls_x509_time *time)
{
    ardoq_utc_t utc;
    _Static_assert(sizeof utc == sizeof *time, "both are six numbers, in the same order");
    memcpy(&utc, time, sizeof utc);
    return ardoq_utc_to_seconds(&utc);
}

/* Whether mbedTLS checks dates, and with which clock, depends on its build; so dates are always
 * checked here, with the port's clock (RFC 5280, 4.1.2.5). */
enum { DATES = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE };

static uint32_t date_flags(const ardoq_tls_t *tls, const mbedtls_x509_crt *certificate)
{
    return (tls->now > to_seconds(&certificate->valid_to) ? MBEDTLS_X509_BADCERT_EXPIRED : 0) |
           (tls->now < to_seconds(&certificate->valid_from) ? MBEDTLS_X509_BADCERT_FUTURE : 0);
}

static bool is_equal(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

/* A renewed root has the name and key of the old one, and both may be trusted. Without date checks
 * mbedTLS uses the first. */
static const mbedtls_x509_crt *root_in_date(const ardoq_tls_t *tls,
                                            const mbedtls_x509_crt *certificate)
{
    for (const mbedtls_x509_crt *root = &tls->roots; root && root->raw.p; root = root->next) {
        if (is_equal(&root->subject_raw, &certificate->subject_raw) &&
            is_equal(&root->pk_raw, &certificate->pk_raw) && date_flags(tls, root) == 0) {
            return root;
        }
    }
    return certificate;
}

static uint32_t check_dates(ardoq_tls_t *tls, const mbedtls_x509_crt *certificate)
{
    /* With cross-signed roots, ESP-IDF's bundle supplies only a name and a key as root. */
    if (!certificate->raw.p) {
        return 0;
    }
    certificate = root_in_date(tls, certificate);
    const int64_t end = to_seconds(&certificate->valid_to);
    if (tls->detail.certificate_end == 0 || end < tls->detail.certificate_end) {
        tls->detail.certificate_end = end;
    }
    if (tls->now == 0) {
        tls->detail.certificate_dates_unchecked = true;
        return 0;
    }
    return date_flags(tls, certificate);
}

/* ---- Pins ----------------------------------------------------------------------------------- */

#if ARDOQ_PINS
static bool has_pins(const ardoq_tls_t *tls)
{
    return tls->pins[0][0] != '\0' || tls->pins[1][0] != '\0';
}

static bool matches_pin(const ardoq_tls_t *tls, const mbedtls_x509_crt *certificate)
{
    ardoq_tls_sha256_t sha256;
    unsigned char hash[ARDOQ_TLS_SHA256_SIZE];
    unsigned char base64[45];
    size_t length = 0;
    ardoq_tls_sha256_begin(&sha256);
    ardoq_tls_sha256_add(&sha256, certificate->pk_raw.p, certificate->pk_raw.len);
    if (!ardoq_tls_sha256_end(&sha256, hash) ||
        mbedtls_base64_encode(base64, sizeof base64, &length, hash, sizeof hash) != 0) {
        return false;
    }
    return strcmp((const char *)base64, tls->pins[0]) == 0 ||
           strcmp((const char *)base64, tls->pins[1]) == 0;
}

/* Any verified key of the chain may match. */
static void check_pins(ardoq_tls_t *tls, const mbedtls_x509_crt *certificate, int depth,
                       uint32_t *flags)
{
    if (!has_pins(tls)) {
        return;
    }
    tls->pin_matched = tls->pin_matched || (*flags == 0 && matches_pin(tls, certificate));
    if (depth == 0 && !tls->pin_matched) {
        *flags |= MBEDTLS_X509_BADCERT_OTHER;
    }
}
#endif

/* ---- Subject -------------------------------------------------------------------------------- */

#if ARDOQ_CERTIFICATE_SUBJECT
/* Short name of an attribute type (RFC 4519), "" for one that is rare in server certificates. */
static const char *attribute_name(const mbedtls_x509_buf *oid)
{
    /* Attributes 2.5.4.N, by N. */
    static const char names[][3] = {
        [3] = "CN", [6] = "C", [7] = "L", [8] = "ST", [10] = "O", [11] = "OU",
    };
    const bool is_known = oid->len == 3 && memcmp(oid->p, "\x55\x04", 2) == 0 &&
                          oid->p[2] < sizeof names / sizeof names[0];
    return names[is_known ? oid->p[2] : 0];
}

/* The function in mbedTLS would link snprintf. */
static void keep_subject(ardoq_detail_t *detail, const mbedtls_x509_name *name)
{
    ardoq_text_t text;
    ardoq_text_init_window(&text, detail->certificate_subject,
                           sizeof detail->certificate_subject - 1, 0);
    for (; name; name = name->next) {
        const char *attribute = attribute_name(&name->oid);
        if (attribute[0] == '\0') {
            continue;
        }
        ardoq_text_append_string(&text, text.total > 0 ? ", " : "");
        ardoq_text_append_string(&text, attribute);
        ardoq_text_append_string(&text, "=");
        for (size_t i = 0; i < name->val.len; i++) {
            const char c = (char)name->val.p[i];
            ardoq_text_append(&text, c >= ' ' && c < 0x7f ? &c : "?", 1);
        }
    }
    text.data[text.length] = '\0';
}
#endif

/* ---- The result ------------------------------------------------------------------------------ */

/* Calls the port's own check, such as ESP-IDF's certificate bundle. The bundle only handles a
 * certificate whose sole fault is missing trust, so it must not see a wrong name. It also fails
 * instead of setting a flag, so that mbedTLS could not distinguish an untrusted chain from other
 * failures. */
static int ask_port(ardoq_tls_t *tls, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    void *context = NULL;
    const ardoq_seam_verify_t own = ardoq_seam_config_verify(&tls->ssl_config, &context);
    const int code = own ? own(context, certificate, depth, flags) : 0;
    if (code == 0 || code == MBEDTLS_ERR_X509_ALLOC_FAILED) {
        return code;
    }
    *flags |= MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    return 0;
}

/* Called for each certificate of the chain, the root first and the server's own (depth 0) last. */
int ardoq_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    ardoq_tls_t *tls = context;
    if (depth == 0 && !certificate->raw.p) {
        /* mbedTLS skips certificates with unknown signature algorithms. */
        return MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
    }
    const uint32_t wrong_name = *flags & MBEDTLS_X509_BADCERT_CN_MISMATCH;
    *flags &= ~(uint32_t)(DATES | MBEDTLS_X509_BADCERT_CN_MISMATCH);
    const int code = ask_port(tls, certificate, depth, flags);
    if (code != 0) {
        return code;
    }
    *flags |= wrong_name | check_dates(tls, certificate);
#if ARDOQ_PINS
    check_pins(tls, certificate, depth, flags);
#endif
    if (depth == 0) {
        tls->is_self_signed = is_equal(&certificate->subject_raw, &certificate->issuer_raw);
#if ARDOQ_CERTIFICATE_SUBJECT
        keep_subject(&tls->detail, &certificate->subject);
#endif
    }
    return 0;
}
