/* Writes one setting several times, so that both sectors of the flash are erased and rewritten. */
#include "ardoq/port.h"
#include "ardoq/text.h"
#include "boot_arguments.h"
#include "output.h"
#include "uart.h"

enum {
    FIRST_VALUE = 60000, /* ms that timeout_ms takes, enough for a busy machine */
    WRITES = 12,
};

int main(void)
{
    ardoq_err_t err = ARDOQ_OK;
    if (!boot_arguments_read()) {
        return 2;
    }
    for (unsigned i = 0; !err && i < WRITES; i++) {
        ardoq_decimal_t room;
        err = ardoq_port_store_set("timeout_ms", ardoq_decimal(FIRST_VALUE + i, &room));
    }
    if (err) {
        uart_print(ardoq_err_name(err));
        return 1;
    }
    print_value("last", FIRST_VALUE + WRITES - 1);
    return 0;
}
