#include <string.h>

#include "ardoq/commands.h"
#include "ardoq/port.h"
#include "ardoq/text.h"
#include "ardoq/tls_request.h"

enum { SERIAL_MAX = 64 };

/* A gateway compares it byte by byte with the one in a report, and logs it. */
static ardoq_err_t check_serial(const char *serial)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const size_t length = serial ? strspn(serial, allowed) : 0;
    if (!serial || serial[0] == '\0') {
        return ARDOQ_ERR_SERIAL_MISSING;
    }
    return length <= SERIAL_MAX && serial[length] == '\0' ? ARDOQ_OK : ARDOQ_ERR_SETTING_INVALID;
}

/* The request is made first: if that fails, the old key is still there. */
static ardoq_err_t make(const char *serial, char *buffer, size_t size, const char **request)
{
    *request = buffer + ARDOQ_KEY_PEM_SIZE;
    ardoq_err_t err = ardoq_tls_make_key(buffer);
    if (!err) {
        err = ardoq_tls_write_request(buffer, serial, buffer + ARDOQ_KEY_PEM_SIZE,
                                      size - ARDOQ_KEY_PEM_SIZE);
    }
    return err ? err : ardoq_port_store_set("key", buffer);
}

/* Only whether it is there matters. */
static bool has_certificate(void)
{
    char first;
    return ardoq_port_store_get("cert", &first, sizeof first) != ARDOQ_ERR_NOT_SET;
}

static void note_key(const ardoq_console_t *console, bool is_made)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE,
                        is_made ? "a new key was made and stored\n" : "the stored key is used\n");
    if (is_made && has_certificate()) {
        ardoq_console_write(console, ARDOQ_OUTPUT_NOTE,
                            "the certificate in cert is for another key: the device cannot connect "
                            "until cert is set to the new one\n");
    }
}

ardoq_err_t ardoq_command_csr(const ardoq_console_t *console, const char *serial, bool is_new,
                              char *buffer, size_t buffer_size)
{
    const char *setting = "serial";
    const char *request = buffer;
    bool is_made = is_new;
    ardoq_err_t err =
        ARDOQ_CLIENT_CERTIFICATE && ARDOQ_STORE_PEM ? check_serial(serial) : ARDOQ_ERR_LEFT_OUT;
    if (!err) {
        setting = "key";
        err = is_new ? ARDOQ_ERR_NOT_SET : ardoq_port_store_get("key", buffer, buffer_size);
        is_made = err == ARDOQ_ERR_NOT_SET;
        if (is_made) {
            err = make(serial, buffer, buffer_size, &request);
        } else if (!err) {
            err = ardoq_tls_write_request(buffer, serial, buffer, buffer_size);
        }
    }
    if (err) {
        ardoq_console_explain(console, NULL, err, setting);
        if (err == ARDOQ_ERR_SETTING_INVALID) {
            ardoq_console_write(console, ARDOQ_OUTPUT_ERROR,
                                "  in a certificate it has 1 to 64 letters, digits, dots, hyphens "
                                "and _\n");
        }
    } else {
        note_key(console, is_made);
        ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, request);
    }
    ardoq_wipe(buffer, buffer_size);
    return err;
}
