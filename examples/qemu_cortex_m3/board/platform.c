/* The functions of ardoq/port.h for this board, except the flash. */
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <string.h>

#include "ardoq/board.h"
#include "ardoq/port.h"
#include "lwip/init.h"
#include "mps2.h"
#include "semihosting.h"
#include "uart.h"

/* A product has SNTP (lwIP's apps/sntp) or a real-time clock. */
bool ardoq_port_wall_time(int64_t *unix_seconds)
{
    *unix_seconds = semihosting_time();
    return true;
}

/* Random numbers from the host, because this board has no generator. A product reads its chip's
 * true random number generator, or seeds mbedTLS's CTR_DRBG from it. */
ardoq_err_t ardoq_port_random(void *buffer, size_t size)
{
    static int file = -1;
    if (file < 0) {
        file = semihosting_open("/dev/urandom", SEMIHOSTING_READ);
    }
    return file >= 0 && semihosting_read(file, buffer, size) ? ARDOQ_OK : ARDOQ_ERR_RANDOM_FAILED;
}

#ifdef MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#include <psa/crypto.h>

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                             uint8_t *output, size_t output_size,
                                             size_t *output_length)
{
    (void)context;
    *output_length = output_size;
    return ardoq_port_random(output, output_size) ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
}
#endif

#ifdef FIRMWARE_HAS_ROOT
#include "root.h"

/* As DER and in place, to avoid a copy on the heap. */
ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config;
    return mbedtls_x509_crt_parse_der_nocopy(roots, root, sizeof root) == 0
               ? ARDOQ_OK
               : ARDOQ_ERR_TRUST_INVALID;
}
#else
/* This device has its roots in the store (settings ca0 and ca1). */
ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config;
    (void)roots;
    return ARDOQ_ERR_TRUST_MISSING;
}
#endif

/* ---- Identity -------------------------------------------------------------------------------- */

#define CPUID             (*(volatile uint32_t *)0xe000ed00)
#define SCC_ID            MPS2_REGISTER(MPS2_SCC, 0xffc)

#define KEEP(field, text) ardoq_identity_keep(identity, ARDOQ_IDENTITY_##field, (text))

/* From the board's registers, to be unique; products get theirs in the factory. */
static void put_serial(ardoq_identity_t *identity)
{
    char serial[sizeof "02005e100001"];
    char *to = serial;
    for (const char *from = ardoq_identity_get(identity, ARDOQ_IDENTITY_mac); *from; from++) {
        if (*from != ':') {
            *to++ = *from;
        }
    }
    *to = '\0';
    KEEP(serial, serial);
}

/* Such as AN385: the application note that describes the FPGA image. */
static void put_model(ardoq_identity_t *identity)
{
    char model[] = "Arm MPS2 AN???";
    char *digit = model + sizeof "Arm MPS2 AN" - 1;
    for (int shift = 12; shift >= 4; shift -= 4) {
        *digit++ = "0123456789abcdef"[SCC_ID >> shift & 0xf];
    }
    KEEP(model, model);
}

/* Its part number and revision are in CPUID (ARMv7-M, B3.2.3). */
static void put_chip(ardoq_identity_t *identity)
{
    const uint32_t cpuid = CPUID;
    char revision[] = "r?p?";
    revision[1] = (char)('0' + (cpuid >> 20 & 0xf));
    revision[3] = (char)('0' + (cpuid & 0xf));
    KEEP(chip_revision, revision);
    identity->chip = (cpuid >> 4 & 0xfff) == 0xc23 ? "Arm Cortex-M3" : "Arm Cortex-M";
}

void ardoq_port_identity(ardoq_identity_t *identity)
{
    ardoq_lwip_identity(identity);
    put_serial(identity);
    put_model(identity);
    put_chip(identity);
    identity->sdk_version = "lwIP " LWIP_VERSION_STRING ", " MBEDTLS_VERSION_STRING_FULL;
}

/* ---- Log ------------------------------------------------------------------------------------- */

void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    (void)level;
    uart_print("[ardoq] ");
    uart_print(text);
    uart_print(detail[0] ? " " : "");
    uart_print(detail);
    uart_print("\n");
}
