#include <string.h>

#include <mbedtls/pem.h>

#include "ardoq/text.h"
#include "mbedtls_seam.h"
#include "tls_private.h"

/* State while loading, with the buffer for one PEM of the store. */
typedef struct {
    ardoq_tls_t *tls;
    char *room;
    size_t room_size;
    unsigned loaded; /* number of PEMs found */
} loading_t;

/* An incomplete PEM; differs from all codes of mbedTLS, which has none for it. */
enum { PEM_CUT = 1 };

/* ---- Reading PEM ---------------------------------------------------------------------------- */

/* Literals that the linker merges with those of mbedTLS. */
#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END   "-----END CERTIFICATE-----"

/* BEGIN and END lines of a certificate both end like this, even if they are otherwise malformed. */
static size_t count_lines(const char *pem)
{
    size_t count = 0;
    while ((pem = strstr(pem, "CERTIFICATE-----")) != NULL) {
        pem++;
        count++;
    }
    return count;
}

static int parse_certificate(mbedtls_x509_crt *chain, const char *pem)
{
    mbedtls_pem_context block;
    size_t size;
    mbedtls_pem_init(&block);
    int code = mbedtls_pem_read_buffer(&block, PEM_BEGIN, PEM_END, (const unsigned char *)pem, NULL,
                                       0, &size);
    if (code == 0) {
        code = mbedtls_x509_crt_parse_der(chain, block.MBEDTLS_PRIVATE(buf),
                                          block.MBEDTLS_PRIVATE(buflen));
    }
    mbedtls_pem_free(&block);
    return code;
}

/* Every certificate must be readable. mbedTLS's own function for several of them stops at the first
 * unknown line, and succeeds if it has read any. */
static int parse_certificates(mbedtls_x509_crt *chain, const char *pem)
{
    const size_t lines = count_lines(pem);
    size_t read = 0;
    while ((pem = strstr(pem, PEM_BEGIN)) != NULL) {
        const int code = parse_certificate(chain, pem);
        if (code != 0) {
            return code;
        }
        pem++;
        read++;
    }
    return read > 0 && lines == 2 * read ? 0 : PEM_CUT;
}

static int parse(ardoq_tls_t *tls, mbedtls_x509_crt *chain, const char *pem)
{
#if ARDOQ_CLIENT_CERTIFICATE
    if (!chain) {
        return ardoq_seam_parse_key(&tls->key, (const unsigned char *)pem, strlen(pem) + 1);
    }
#else
    (void)tls;
#endif
    return parse_certificates(chain, pem);
}

/* Loads the program's PEM, or else the one of this name in the store, if the name is not null.
 * chain: receives certificates; null: it is the client's key. */
static ardoq_err_t load(loading_t *loading, const char *pem, const char *name,
                        mbedtls_x509_crt *chain)
{
    ardoq_tls_t *tls = loading->tls;
    tls->detail.setting = NULL;
    if (!pem) {
        if (!name || !ARDOQ_STORE_PEM) {
            return ARDOQ_OK;
        }
        tls->detail.setting = name;
        const ardoq_err_t err = ardoq_port_store_get(name, loading->room, loading->room_size);
        if (err) {
            return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
        }
        pem = loading->room;
    }
    const int code = parse(tls, chain, pem);
    if (code == 0) {
        loading->loaded++;
        return ARDOQ_OK;
    }
    tls->detail.tls_code = code == PEM_CUT ? 0 : code;
    if (ardoq_seam_is_out_of_memory(code) || ardoq_seam_lacks_memory()) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    if (ardoq_seam_is_unsupported(code)) {
        return ARDOQ_ERR_CERTIFICATE_UNSUPPORTED;
    }
    return chain == &tls->roots ? ARDOQ_ERR_TRUST_INVALID : ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
}

/* ---- Roots ---------------------------------------------------------------------------------- */

static ardoq_err_t load_roots(loading_t *loading, const ardoq_tls_config_t *config)
{
    ardoq_tls_t *tls = loading->tls;
    mbedtls_x509_crt *roots = &tls->roots;
    ardoq_err_t err = load(loading, config->ca_pem, "ca0", roots);
    if (!err && !config->ca_pem) {
        err = load(loading, NULL, "ca1", roots);
    }
    if (!err && loading->loaded == 0) {
        tls->detail.setting = NULL;
        err = ardoq_port_trust(&tls->ssl_config, roots);
    }
    if (!err && roots->raw.p != NULL) {
        mbedtls_ssl_conf_ca_chain(&tls->ssl_config, roots, NULL);
    }
    return err;
}

/* ---- The client certificate ------------------------------------------------------------------ */

#if ARDOQ_CLIENT_CERTIFICATE
/* The program's pair, or the store's if the program has neither. */
static ardoq_err_t load_pair(loading_t *loading, const ardoq_tls_config_t *config)
{
    ardoq_tls_t *tls = loading->tls;
    const bool is_stored = !config->certificate_pem && !config->key_pem;
    loading->loaded = 0;
    ardoq_err_t err =
        load(loading, config->certificate_pem, is_stored ? "cert" : NULL, &tls->certificate);
    if (!err) {
        err = load(loading, config->key_pem, is_stored ? "key" : NULL, NULL);
    }
    if (err || loading->loaded == 0) {
        return err;
    }
    if (loading->loaded == 1 || !ardoq_seam_is_pair(&tls->certificate.pk, &tls->key)) {
        return ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
    }
    const int code = mbedtls_ssl_conf_own_cert(&tls->ssl_config, &tls->certificate, &tls->key);
    return code == 0 ? ARDOQ_OK : ardoq_tls_error(tls, code);
}
#endif

ardoq_err_t ardoq_tls_load_trust(ardoq_tls_t *tls, const ardoq_tls_config_t *config, char *buffer,
                                 size_t buffer_size)
{
    loading_t loading = {.tls = tls, .room_size = buffer_size};
    loading.room = buffer;
    ardoq_err_t err = load_roots(&loading, config);
#if ARDOQ_CLIENT_CERTIFICATE
    err = err ? err : load_pair(&loading, config);
#else
    err = err || !(config->certificate_pem || config->key_pem) ? err : ARDOQ_ERR_LEFT_OUT;
#endif
    if (!err) {
        tls->detail.setting = NULL;
    }
    ardoq_wipe(buffer, buffer_size); /* it may have contained the key */
    return err;
}
