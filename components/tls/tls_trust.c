#include <string.h>

#include "ardoq/text.h"
#include "mbedtls_seam.h"
#include "tls_private.h"

/* Room for one PEM of the store. */
typedef struct {
    char *data;
    size_t size;
} room_t;

/* ---- Reading PEM ---------------------------------------------------------------------------- */

/* mbedTLS ends at a certificate without its last line, and is content if it has read another. */
static bool is_whole(const char *pem)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    static const char end[] = "-----END CERTIFICATE-----";
    while ((pem = strstr(pem, begin)) != NULL) {
        pem = strstr(pem, end);
        if (!pem) {
            return false;
        }
    }
    return true;
}

static ardoq_err_t parse_certificates(ardoq_tls_t *tls, mbedtls_x509_crt *chain, const char *pem,
                                      ardoq_err_t invalid)
{
    /* A positive result counts certificates that could not be read: half a chain is no trust. */
    const int code = mbedtls_x509_crt_parse(chain, (const unsigned char *)pem, strlen(pem) + 1);
    if (code == 0 && is_whole(pem)) {
        return ARDOQ_OK;
    }
    tls->detail.tls_code = code;
    return ardoq_seam_is_out_of_memory(code) ? ARDOQ_ERR_OUT_OF_MEMORY : invalid;
}

/* *pem is null when the store has no such text. */
static ardoq_err_t read_pem(ardoq_tls_t *tls, const char *name, room_t room, const char **pem)
{
    *pem = NULL;
#if ARDOQ_STORE_PEM
    tls->detail.setting = name;
    const ardoq_err_t err = ardoq_port_store_get(name, room.data, room.size);
    if (err == ARDOQ_ERR_NOT_SET) {
        return ARDOQ_OK;
    }
    *pem = err ? NULL : room.data;
    return err;
#else
    (void)tls;
    (void)name;
    (void)room;
    return ARDOQ_OK;
#endif
}

static ardoq_err_t load_certificates(ardoq_tls_t *tls, const char *name, room_t room,
                                     mbedtls_x509_crt *chain, ardoq_err_t invalid)
{
    const char *pem;
    const ardoq_err_t err = read_pem(tls, name, room, &pem);
    return !err && pem ? parse_certificates(tls, chain, pem, invalid) : err;
}

/* ---- Roots ---------------------------------------------------------------------------------- */

static ardoq_err_t load_roots(ardoq_tls_t *tls, room_t room)
{
    mbedtls_x509_crt *roots = &tls->roots;
    ardoq_err_t err;
    if (tls->config.ca_pem) {
        err = parse_certificates(tls, roots, tls->config.ca_pem, ARDOQ_ERR_TRUST_INVALID);
    } else {
        err = load_certificates(tls, "ca0", room, roots, ARDOQ_ERR_TRUST_INVALID);
        if (!err) {
            err = load_certificates(tls, "ca1", room, roots, ARDOQ_ERR_TRUST_INVALID);
        }
        if (!err && roots->raw.p == NULL) {
            tls->detail.setting = NULL;
            err = ardoq_port_trust(&tls->ssl_config, roots);
        }
    }
    if (!err && roots->raw.p != NULL) {
        mbedtls_ssl_conf_ca_chain(&tls->ssl_config, roots, NULL);
    }
    return err;
}

/* ---- The client's own certificate ----------------------------------------------------------- */

#if ARDOQ_CLIENT_CERTIFICATE
static ardoq_err_t parse_key(ardoq_tls_t *tls, const char *pem)
{
    const int code = ardoq_seam_parse_key(&tls->key, (const unsigned char *)pem, strlen(pem) + 1);
    if (code == 0) {
        return ARDOQ_OK;
    }
    tls->detail.tls_code = code;
    return ardoq_seam_is_out_of_memory(code) ? ARDOQ_ERR_OUT_OF_MEMORY
                                             : ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
}

/* The pair of the program; that of the store if it gave neither. *has_key: there was a key. */
static ardoq_err_t load_pair(ardoq_tls_t *tls, room_t room, bool *has_key)
{
    const char *certificate = tls->config.certificate_pem;
    const char *key = tls->config.key_pem;
    const bool is_stored = !certificate && !key;
    ardoq_err_t err = is_stored ? read_pem(tls, "cert", room, &certificate) : ARDOQ_OK;
    if (!err && certificate) {
        err = parse_certificates(tls, &tls->certificate, certificate,
                                 ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    }
    if (!err && is_stored) {
        err = read_pem(tls, "key", room, &key);
    }
    *has_key = key != NULL;
    if (!err && key) {
        err = parse_key(tls, key);
    }
    if (is_stored) {
        ardoq_wipe(room.data, room.size);
    }
    return err;
}

static ardoq_err_t load_client_certificate(ardoq_tls_t *tls, room_t room)
{
    bool has_key = false;
    const ardoq_err_t err = load_pair(tls, room, &has_key);
    const bool has_certificate = tls->certificate.raw.p != NULL;
    if (err || !(has_certificate || has_key)) {
        return err;
    }
    if (!(has_certificate && has_key)) {
        return ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
    }
    const int code = mbedtls_ssl_conf_own_cert(&tls->ssl_config, &tls->certificate, &tls->key);
    return code == 0 ? ARDOQ_OK : ardoq_tls_error(tls, code);
}
#endif

ardoq_err_t ardoq_tls_load_trust(ardoq_tls_t *tls, char *buffer, size_t buffer_size)
{
    room_t room = {.size = buffer_size};
    room.data = buffer;
    ardoq_err_t err = load_roots(tls, room);
#if ARDOQ_CLIENT_CERTIFICATE
    err = err ? err : load_client_certificate(tls, room);
#endif
    if (!err) {
        tls->detail.setting = NULL;
    }
    return err;
}
