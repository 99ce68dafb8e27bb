/* `ardoq`: reports this machine to Ardoq, and shows what the library can do. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "command_line.h"
#include "session.h"
#include "store_names.h"

/* Otherwise a connection could get the number of a closed stream, and output to that stream would
 * be sent. Opened for reading only, so that writing still fails. */
static void occupy_closed_streams(void)
{
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO) {
        descriptor = open("/dev/null", O_RDONLY);
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
}

int main(int argc, char **argv)
{
    occupy_closed_streams();
    /* Errors are explained once, by the commands. */
    ardoq_posix_set_log_level(0);
    ardoq_posix_set_credential("token");
    const int code = run_command_line(argc, argv);
    if (code != EXIT_SUCCESS) {
        note_store_fault();
    }
    ardoq_close(&client);
    free((char *)config.ca_pem);
    ardoq_config_wipe(&config);
    return code;
}
