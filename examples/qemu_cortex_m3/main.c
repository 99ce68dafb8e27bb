/* Firmware that tells Ardoq about its device once, at boot. */
#include <mbedtls/ecp.h>

#include "ardoq/report.h"
#include "boot_arguments.h"
#include "console.h"
#include "network.h"
#include "uart.h"

#define FIRMWARE_NAME    "ardoq-device example"
#define FIRMWARE_VERSION "1.0.0"

enum { EXIT_USAGE = 2 };

/* Several KB in all, so static: the linker says whether they fit. */
static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;

static ardoq_err_t describe_device(void)
{
    const ardoq_err_t err =
        ardoq_identity_read(&identity, NULL); /* what the board knows of itself */
    identity.firmware_name = FIRMWARE_NAME;
    identity.firmware_version = FIRMWARE_VERSION;
    return err;
}

static ardoq_err_t report_device(void)
{
    ardoq_err_t err = ardoq_load_config(&client, &config); /* Kconfig, then the store in flash */
    if (!err) {
        err = ardoq_open(&client, &config);
    }
    if (!err) {
        err = describe_device();
    }
    if (!err) {
        err = ardoq_report_device(&client, &identity, &report);
    }
    return err;
}

static void print_outcome(ardoq_err_t err)
{
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        return;
    }
    uart_print(ardoq_report_outcome_name(report.outcome));
    uart_print(": ");
    uart_print(report.name);
    uart_print(", component ");
    uart_print(report.component_id);
    uart_print("\n");
}

int main(void)
{
    uart_print("\n" FIRMWARE_NAME " " FIRMWARE_VERSION "\n");
    if (!boot_arguments_read()) {
        return EXIT_USAGE;
    }
#ifdef FIRMWARE_ECP_MAX_OPS
    mbedtls_ecp_set_max_ops(FIRMWARE_ECP_MAX_OPS);
#endif
    network_start();
    const ardoq_err_t err = report_device();
    print_outcome(err);
    ardoq_close(&client); /* wipes it, as the next line wipes the token */
    ardoq_config_wipe(&config);
    return ardoq_console_exit_status(err);
}
