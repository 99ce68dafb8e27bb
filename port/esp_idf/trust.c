#include <string.h>

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"

#ifdef ARDOQ_EMBEDDED_ROOTS

/* What EMBED_TXTFILES makes of the file of CONFIG_ARDOQ_CA_FILE: PEM with its closing NUL. */
extern const unsigned char embedded_begin[] __asm__("_binary_ardoq_roots_pem_start");
extern const unsigned char embedded_end[] __asm__("_binary_ardoq_roots_pem_end");

/* True when each line that begins or ends a certificate belongs to one that was read: mbedTLS ends
 * at the first that it does not know, and is content. */
static bool holds_all(const struct mbedtls_x509_crt *roots, const char *pem)
{
    int lines = 0;
    while ((pem = strstr(pem, "CERTIFICATE-----")) != NULL) {
        pem++;
        lines++;
    }
    for (; roots; roots = roots->next) {
        lines -= 2;
    }
    return lines == 0;
}

ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config; /* the core hands it the roots */
    const size_t size = (size_t)(embedded_end - embedded_begin);
    const int code = mbedtls_x509_crt_parse(roots, embedded_begin, size);
    if (code == MBEDTLS_ERR_X509_ALLOC_FAILED || code == MBEDTLS_ERR_PK_ALLOC_FAILED) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    /* A positive result counts certificates that could not be read: half a file is no trust. */
    return code == 0 && holds_all(roots, (const char *)embedded_begin) ? ARDOQ_OK
                                                                       : ARDOQ_ERR_TRUST_INVALID;
}

#elif defined(CONFIG_MBEDTLS_CERTIFICATE_BUNDLE)

#include <esp_crt_bundle.h>

/* The bundle brings a verify callback of its own, and no chain that could be read. */
ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)roots;
    const esp_err_t code = esp_crt_bundle_attach(config);
    if (code == ESP_ERR_NO_MEM) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    return code == ESP_OK ? ARDOQ_OK : ARDOQ_ERR_TRUST_MISSING;
}

#else

ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config;
    (void)roots;
    return ARDOQ_ERR_TRUST_MISSING;
}

#endif
