#include "csr.h"

#include <stdbool.h>

#include "ardoq/commands.h"
#include "console.h"
#include "session.h"

/* The key of the store may be one of RSA, with a long PEM. */
enum { PEM_SIZE = 16384 };

int command_csr(int argc, char **argv)
{
    static const struct option options[] = {
        {"serial", required_argument, NULL, 's'},
        {"new-key", no_argument, NULL, 'n'},
        {0},
    };
    const char *serial = NULL;
    bool is_new = false;
    int option;
    optind = 0;
    while ((option = next_option(argc, argv, "", options)) != -1) {
        if (option == 's') {
            serial = optarg;
        } else if (option == 'n') {
            is_new = true;
        } else {
            return EXIT_USAGE;
        }
    }
    if (optind < argc) {
        return usage_error("csr does not take: ", argv[optind]);
    }
    ardoq_identity_t identity;
    ardoq_err_t err = serial ? ARDOQ_OK : read_identity(&identity);
    if (!err) {
        static char buffer[PEM_SIZE];
        err = ardoq_command_csr(&console, serial ? serial : identity.serial, is_new, buffer,
                                sizeof buffer);
    }
    return ardoq_console_exit_status(err);
}
