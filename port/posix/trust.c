#define _GNU_SOURCE /* secure_getenv() */

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ardoq/port.h"

/* Where distributions keep the roots, in one file. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
    "/etc/ssl/cert.pem",                  /* OpenWrt, the BSDs */
    "/etc/ssl/ca-bundle.pem",             /* openSUSE */
};

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static const char *bundle_path(void)
{
    const char *chosen = secure_getenv("SSL_CERT_FILE");
    if (chosen) {
        /* mbedTLS takes a folder for a file of endless size. */
        return is_file(chosen) ? chosen : NULL;
    }
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        if (is_file(bundles[i])) {
            return bundles[i];
        }
    }
    return NULL;
}

ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config; /* the core hands it the roots */
    const char *path = bundle_path();
    if (!path) {
        return ARDOQ_ERR_TRUST_MISSING;
    }
    const int result = mbedtls_x509_crt_parse_file(roots, path);
    if (result == MBEDTLS_ERR_X509_ALLOC_FAILED || result == MBEDTLS_ERR_PK_ALLOC_FAILED) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    /* A positive result counts the certificates that mbedTLS could not read; it has read others. */
    return result < 0 ? ARDOQ_ERR_TRUST_MISSING : ARDOQ_OK;
}
