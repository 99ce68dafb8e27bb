/* The command `csr`. */
#include <stdbool.h>

#include "ardoq/commands.h"
#include "command.h"
#include "console.h"
#include "session.h"

/* The stored key may be RSA, with a long PEM. */
enum { PEM_SIZE = 16384 };

enum { OPTION_SERIAL = OPTION_FIRST, OPTION_NEW_KEY };

static const struct argp_option options[] = {
    {"serial", OPTION_SERIAL, "SERIAL", 0, "The serial number, if not this machine's", 0},
    {"new-key", OPTION_NEW_KEY, NULL, 0, "Make a new key, even if there is one", 0},
    {0},
};

static char *serial;
static bool is_new;

static int take_csr_option(int key, char *value)
{
    if (key == OPTION_SERIAL) {
        serial = value;
    } else {
        is_new = true;
    }
    return GO_ON;
}

static int run_csr(size_t count, char **words)
{
    (void)count;
    (void)words;
    ardoq_identity_t identity;
    ardoq_err_t err = serial ? ARDOQ_OK : read_identity(&identity);
    if (!err) {
        static char buffer[PEM_SIZE];
        err = ardoq_command_csr(&console, serial ? serial : identity.serial, is_new, buffer,
                                sizeof buffer);
    }
    return ardoq_console_exit_status(err);
}

const command_t command_csr = {
    .name = "csr",
    .summary = "Print a request for a certificate (CSR) of this device's key",
    .arguments = "",
    .text = "The key is made and stored if there is none, and never printed. The result is PEM.",
    .examples = "  ardoq csr --serial SN-0001 >device.csr\n",
    .options = options,
    .take = take_csr_option,
    .run = run_csr,
};
