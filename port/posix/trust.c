#define _GNU_SOURCE /* secure_getenv() */

#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ardoq/port.h"

/* Files with a system's roots: the paths known to curl, Go, Botan and openssl-probe for Rust, the
 * most common first. */
static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine, Buildroot, Yocto */
    "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora to 43, RHEL */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora since 44, RHEL */
    "/etc/ssl/cert.pem",                                 /* OpenWrt, Alpine, the BSDs */
    "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* openSUSE without that link */
    "/etc/ssl/certs/ca-bundle.crt",                      /* NixOS */
    "/etc/pki/tls/cacert.pem",                           /* OpenELEC and its successors */
    "/etc/certs/ca-certificates.crt",                    /* Solaris, illumos */
    "/opt/etc/ssl/certs/ca-certificates.crt",            /* Entware, on routers and storage */
    "/usr/share/ssl/certs/ca-bundle.crt",                /* old Red Hat */
    "/usr/local/etc/ssl/cert.pem",                       /* FreeBSD */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD, DragonFly */
    "/etc/openssl/certs/ca-certificates.crt",            /* NetBSD */
};

/* mbedTLS would treat a folder as a file of endless size. An empty file, as in a minimal image, is
 * skipped. */
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

/* The file's text, to be freed; null if it cannot be read. */
static char *read_bundle(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    if (file && fseek(file, 0, SEEK_END) == 0) {
        const long size = ftell(file);
        rewind(file);
        text = size > 0 ? calloc(1, (size_t)size + 1) : NULL;
        if (text && fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
        *length = text ? (size_t)size : 0;
    }
    if (file) {
        (void)fclose(file);
    }
    return text;
}

static bool is_for_memory(int code)
{
    return code == MBEDTLS_ERR_X509_ALLOC_FAILED || code == MBEDTLS_ERR_PK_ALLOC_FAILED ||
           code == MBEDTLS_ERR_PEM_ALLOC_FAILED;
}

/* Parses each certificate separately, because mbedTLS would stop at an unknown line. Unsupported
 * certificates are skipped; every large collection has some. is_pem: becomes false if a certificate
 * is not PEM */
static int parse_each(mbedtls_x509_crt *roots, char *text, size_t length, bool *is_pem)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    char *next = strstr(text, begin);
    int code = next ? 0 : mbedtls_x509_crt_parse_der(roots, (unsigned char *)text, length);
    while (next && !is_for_memory(code)) {
        char *block = next;
        next = strstr(block + 1, begin);
        const size_t size = next ? (size_t)(next - block) : strlen(block);
        block[size] = '\0';
        code = mbedtls_x509_crt_parse(roots, (const unsigned char *)block, size + 1);
        block[size] = next ? begin[0] : '\0';
        *is_pem = *is_pem && code != MBEDTLS_ERR_X509_CERT_UNKNOWN_FORMAT &&
                  !(code <= MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT &&
                    code >= MBEDTLS_ERR_PEM_BAD_INPUT_DATA);
    }
    return code;
}

ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config; /* the core adds the roots to it */
    const char *path = bundle_path();
    size_t length = 0;
    char *text = path ? read_bundle(path, &length) : NULL;
    if (!text) {
        return ARDOQ_ERR_TRUST_MISSING;
    }
    bool is_pem = true;
    const int code = parse_each(roots, text, length, &is_pem);
    free(text);
    if (is_for_memory(code)) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    /* The user has chosen this file, so all of it must be valid. */
    if (!is_pem && secure_getenv("SSL_CERT_FILE")) {
        return ARDOQ_ERR_TRUST_INVALID;
    }
    return roots->raw.p ? ARDOQ_OK : ARDOQ_ERR_TRUST_MISSING;
}
