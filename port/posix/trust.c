#define _GNU_SOURCE /* secure_getenv() */

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ardoq/port.h"

/* Where systems keep the roots in one file: the places that curl, Go, Botan and OpenSSL's probe for
 * Rust know, the most common first. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine, Buildroot, Yocto */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora to 43, RHEL */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora since 44, RHEL */
    "/etc/ssl/cert.pem",                                 /* OpenWrt, Alpine, the BSDs */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* openSUSE, where that link is gone */
    "/etc/ssl/certs/ca-bundle.crt",                      /* NixOS */
    "/etc/pki/tls/cacert.pem",                           /* OpenELEC and its heirs */
    "/etc/certs/ca-certificates.crt",                    /* Solaris, illumos */
    "/opt/etc/ssl/certs/ca-certificates.crt",            /* Entware, on routers and storage */
    "/usr/share/ssl/certs/ca-bundle.crt",                /* old Red Hat */
    "/usr/local/etc/ssl/cert.pem",                       /* FreeBSD */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD, DragonFly */
    "/etc/openssl/certs/ca-certificates.crt",            /* NetBSD */
};

/* mbedTLS takes a folder for a file of endless size. One without any content, as a minimal image
 * may have, is passed over. */
static bool is_bundle(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}

static const char *bundle_path(void)
{
    const char *chosen = secure_getenv("SSL_CERT_FILE");
    if (chosen && chosen[0] != '\0') {
        return is_bundle(chosen) ? chosen : NULL;
    }
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        if (is_bundle(bundles[i])) {
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
