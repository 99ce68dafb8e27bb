/* Replaces the decryption of a block (mbedtls_config.h): nothing in this image calls it, but
 * mbedTLS 2.28 links it together with the encryption. */
#include <mbedtls/aes.h>
#include <mbedtls/platform.h>
#include <string.h>

#ifdef MBEDTLS_AES_DECRYPT_ALT
int mbedtls_aes_setkey_dec(mbedtls_aes_context *ctx, const unsigned char *key, unsigned int keybits)
{
    (void)ctx;
    (void)key;
    (void)keybits;
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}

int mbedtls_internal_aes_decrypt(mbedtls_aes_context *ctx, const unsigned char input[16],
                                 unsigned char output[16])
{
    (void)ctx;
    (void)input;
    memset(output, 0, 16);
    return MBEDTLS_ERR_PLATFORM_FEATURE_UNSUPPORTED;
}
#endif
