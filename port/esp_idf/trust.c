#include <string.h>

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"

#ifdef ARDOQ_EMBEDDED_ROOTS

/* EMBED_TXTFILES embeds the file of CONFIG_ARDOQ_CA_FILE: PEM with a NUL at the end. */
extern const unsigned char embedded_begin[] __asm__("_binary_ardoq_roots_pem_start");
extern const unsigned char embedded_end[] __asm__("_binary_ardoq_roots_pem_end");

/* True if every BEGIN and END line belongs to a certificate that was read: mbedTLS stops at the
 * first unknown line without an error. */
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
    (void)config; /* the core adds the roots to it */
    const size_t size = (size_t)(embedded_end - embedded_begin);
    const int code = mbedtls_x509_crt_parse(roots, embedded_begin, size);
    if (code == MBEDTLS_ERR_X509_ALLOC_FAILED || code == MBEDTLS_ERR_PK_ALLOC_FAILED) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    /* A positive result is the number of unreadable certificates, which are not accepted. */
    return code == 0 && holds_all(roots, (const char *)embedded_begin) ? ARDOQ_OK
                                                                       : ARDOQ_ERR_TRUST_INVALID;
}

#elif defined(CONFIG_MBEDTLS_CERTIFICATE_BUNDLE)

#include <esp_crt_bundle.h>

/* The bundle works with a verify callback instead of a chain of roots. */
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
