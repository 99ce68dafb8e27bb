/*
 * The system's roots on the POSIX port. Existing files and mbedTLS's results can be scripted:
 * -Wl,--wrap=NAME for mbedtls_x509_crt_parse, fopen and stat.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if MBEDTLS_VERSION_MAJOR >= 4
#include <psa/crypto.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/port.h"

#define BROKEN_CERTIFICATE "-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAA\n-----END CERTIFICATE-----\n"

static struct {
    bool files_are_scripted;
    const char *file; /* the only one that exists */
    bool is_empty;
    bool shrinks;       /* before it is read */
    const char *folder; /* a folder of this name exists too */
    bool result_is_scripted;
    int result;
    char parsed[128];
} script;

int __real_stat(const char *path, struct stat *status);
int __wrap_stat(const char *path, struct stat *status);
int __wrap_stat(const char *path, struct stat *status)
{
    if (!script.files_are_scripted) {
        return __real_stat(path, status);
    }
    if (script.file && strcmp(path, script.file) == 0) {
        status->st_mode = S_IFREG | 0644;
        status->st_size = script.is_empty ? 0 : 1;
        return 0;
    }
    if (script.folder && strcmp(path, script.folder) == 0) {
        status->st_mode = S_IFDIR | 0755;
        return 0;
    }
    errno = ENOENT;
    return -1;
}

static char file_name[256];

static ssize_t read_nothing(void *cookie, char *buffer, size_t size)
{
    (void)cookie;
    (void)buffer;
    (void)size;
    return 0;
}

static int seek_anywhere(void *cookie, off64_t *offset, int whence)
{
    off64_t *position = cookie;
    *position = whence == SEEK_END ? 100 : whence == SEEK_SET ? 0 : *position;
    *offset = *position;
    return 0;
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
    if (script.shrinks) {
        static off64_t position;
        return fopencookie(&position, mode,
                           (cookie_io_functions_t){read_nothing, NULL, seek_anywhere, NULL});
    }
    if (!script.files_are_scripted) {
        return __real_fopen(path, mode);
    }
    snprintf(script.parsed, sizeof script.parsed, "%s", path);
    return __real_fopen(file_name, mode);
}

int __real_mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t size);
int __wrap_mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t size);
int __wrap_mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t size)
{
    return script.result_is_scripted ? script.result
                                     : __real_mbedtls_x509_crt_parse(chain, text, size);
}

static mbedtls_x509_crt roots;
static int free_descriptor;

/* The lowest one: a file that stays open takes it. */
static int find_descriptor(void)
{
    const int descriptor = dup(STDIN_FILENO);
    return close(descriptor) == 0 ? descriptor : -1;
}

static int set_up(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    mbedtls_x509_crt_init(&roots);
    const char *temporary = getenv("TMPDIR");
    snprintf(file_name, sizeof file_name, "%s/test_posix_trust.XXXXXX",
             temporary ? temporary : "/tmp");
    const int file = mkstemp(file_name);
    free_descriptor = file;
    return file < 0 || close(file) < 0 || unsetenv("SSL_CERT_FILE") < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    mbedtls_x509_crt_free(&roots);
    return find_descriptor() == free_descriptor ? unlink(file_name) : -1;
}

static ardoq_err_t trust(const char *chosen)
{
    assert_int_equal(setenv("SSL_CERT_FILE", chosen, 1), 0);
    return ardoq_port_trust(NULL, &roots);
}

/* Writes text, and then the tests' root if it is asked for. */
static void write_bundle(const char *text, bool with_root)
{
    FILE *file = fopen(file_name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    if (with_root) {
        char content[4096];
        FILE *root = fopen(CERTIFICATES "/ca.pem", "r");
        assert_non_null(root);
        const size_t size = fread(content, 1, sizeof content, root);
        assert_int_equal(fclose(root), 0);
        assert_int_equal(fwrite(content, 1, size, file), size);
    }
    assert_int_equal(fclose(file), 0);
}

static void test_chosen_file(void **state)
{
    (void)state;
    write_bundle("# a remark\n", true);
    assert_int_equal(trust(file_name), ARDOQ_OK);
    assert_int_not_equal(roots.version, 0);
    assert_null(roots.next);
}

static size_t count_roots(void)
{
    size_t count = 0;
    for (const mbedtls_x509_crt *root = &roots; root && root->raw.p; root = root->next) {
        count++;
    }
    return count;
}

/* Its first bytes tell nothing, and there are zeros in it. */
static void test_chosen_file_is_binary(void **state)
{
    (void)state;
    write_bundle("", true);
    assert_int_equal(trust(file_name), ARDOQ_OK);
    FILE *file = fopen(file_name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(roots.raw.p, 1, roots.raw.len, file), roots.raw.len);
    assert_int_equal(fclose(file), 0);
    mbedtls_x509_crt_free(&roots);
    assert_int_equal(trust(file_name), ARDOQ_OK);
    assert_int_equal(count_roots(), 1);
}

/* As there is in large collections. */
static void test_one_of_many_is_of_no_use(void **state)
{
    (void)state;
    write_bundle(BROKEN_CERTIFICATE, true);
    assert_int_equal(trust(file_name), ARDOQ_OK);
    assert_int_equal(count_roots(), 1);
}

static const char *const no_pem[] = {
    "-----BEGIN CERTIFICATE-----  \nAAAA\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nAA?A\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nAAAA\n----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nAAAA\n",
};

static void test_one_of_a_chosen_file_is_no_pem(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_pem / sizeof no_pem[0]; i++) {
        write_bundle(no_pem[i], true);
        assert_int_equal(trust(file_name), ARDOQ_ERR_TRUST_INVALID);
        mbedtls_x509_crt_free(&roots);
    }
}

/* The others of the system's store are trusted, wherever it stands. */
static void test_one_of_the_systems_is_no_pem(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_pem / sizeof no_pem[0]; i++) {
        script.files_are_scripted = false;
        write_bundle(no_pem[i], true);
        script.files_are_scripted = true;
        script.file = "/etc/ssl/certs/ca-certificates.crt";
        assert_int_equal(ardoq_port_trust(NULL, &roots), ARDOQ_OK);
        assert_int_equal(count_roots(), 1);
        mbedtls_x509_crt_free(&roots);
    }
}

static void test_chosen_file_is_of_no_use(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "no certificate", BROKEN_CERTIFICATE};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_bundle(texts[i], false);
        assert_int_equal(trust(file_name), ARDOQ_ERR_TRUST_MISSING);
    }
    assert_int_equal(trust("/nonexistent/roots.pem"), ARDOQ_ERR_TRUST_MISSING);
    assert_int_equal(trust("/"), ARDOQ_ERR_TRUST_MISSING);
    script.shrinks = true;
    assert_int_equal(trust(file_name), ARDOQ_ERR_TRUST_MISSING);
    assert_int_equal(roots.version, 0);
}

/* Not even when the system has roots of its own. */
static void test_chosen_file_is_never_ignored(void **state)
{
    (void)state;
    write_bundle("", true);
    script.files_are_scripted = true;
    script.file = "/etc/ssl/certs/ca-certificates.crt";
    assert_int_equal(trust("/nonexistent/roots.pem"), ARDOQ_ERR_TRUST_MISSING);
    assert_string_equal(script.parsed, "");
    assert_int_equal(trust(""), ARDOQ_OK);
    assert_string_equal(script.parsed, script.file);
    assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
    assert_int_equal(ardoq_port_trust(NULL, &roots), ARDOQ_OK);
}

static void test_files_of_the_distributions(void **state)
{
    (void)state;
    static const char *const bundles[] = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
        "/var/lib/ca-certificates/ca-bundle.pem",
        "/etc/ssl/certs/ca-bundle.crt",
        "/etc/pki/tls/cacert.pem",
        "/etc/certs/ca-certificates.crt",
        "/opt/etc/ssl/certs/ca-certificates.crt",
        "/usr/share/ssl/certs/ca-bundle.crt",
        "/usr/local/etc/ssl/cert.pem",
        "/usr/local/share/certs/ca-root-nss.crt",
        "/etc/openssl/certs/ca-certificates.crt",
    };
    write_bundle("", true);
    script.files_are_scripted = true;
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        script.file = bundles[i];
        script.folder = i > 0 ? bundles[i - 1] : NULL;
        assert_int_equal(ardoq_port_trust(NULL, &roots), ARDOQ_OK);
        assert_string_equal(script.parsed, bundles[i]);
    }
    script.parsed[0] = '\0';
    script.is_empty = true;
    assert_int_equal(ardoq_port_trust(NULL, &roots), ARDOQ_ERR_TRUST_MISSING);
    script.file = NULL;
    assert_int_equal(ardoq_port_trust(NULL, &roots), ARDOQ_ERR_TRUST_MISSING);
    assert_string_equal(script.parsed, "");
}

static void test_too_little_memory(void **state)
{
    (void)state;
    static const int codes[] = {MBEDTLS_ERR_X509_ALLOC_FAILED, MBEDTLS_ERR_PK_ALLOC_FAILED,
                                MBEDTLS_ERR_PEM_ALLOC_FAILED};
    write_bundle(BROKEN_CERTIFICATE, true);
    script.result_is_scripted = true;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        script.result = codes[i];
        assert_int_equal(trust(file_name), ARDOQ_ERR_OUT_OF_MEMORY);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
#if MBEDTLS_VERSION_MAJOR >= 4
    if (psa_crypto_init() != PSA_SUCCESS) {
        return 1;
    }
#endif
    const struct CMUnitTest tests[] = {
        TEST(test_chosen_file),
        TEST(test_chosen_file_is_binary),
        TEST(test_one_of_many_is_of_no_use),
        TEST(test_one_of_a_chosen_file_is_no_pem),
        TEST(test_one_of_the_systems_is_no_pem),
        TEST(test_chosen_file_is_of_no_use),
        TEST(test_chosen_file_is_never_ignored),
        TEST(test_files_of_the_distributions),
        TEST(test_too_little_memory),
    };
    return cmocka_run_group_tests_name("posix_trust", tests, NULL, NULL);
}
