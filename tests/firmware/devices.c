/* 10,000 devices of a gateway, in 50 requests on one connection, in the RAM that the image is
 * linked for. What was told of each must be what was sent. */
#include <string.h>

#include "ardoq/devices.h"
#include "boot_arguments.h"
#include "console.h"
#include "kernel.h"
#include "memory.h"
#include "network.h"
#include "output.h"

enum { DEVICES = 10000, DIGITS = 5 };

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_devices_t devices;
static uint64_t serials; /* sum of the numbers in those that came back */

/* As a gateway would: what is the same for all, and a number. */
static ardoq_err_t next_device(void *context, uint32_t index, ardoq_identity_t *identity)
{
    static char serial[] = "SN-00000";
    (void)context;
    if (index >= DEVICES) {
        return ARDOQ_DEVICES_END;
    }
    for (char *digit = serial + sizeof serial - 2; *digit != '-'; digit--) {
        *digit = (char)('0' + index % 10);
        index /= 10;
    }
    identity->serial = serial;
    identity->model = "Zigbee sensor 3";
    identity->hardware_revision = "C";
    identity->chip = "EFR32MG24";
    identity->firmware_name = "sensor";
    identity->firmware_version = "1.4.0";
    identity->sdk_version = "Gecko 4.4";
    return ARDOQ_OK;
}

static ardoq_err_t take_device(void *context, const ardoq_device_result_t *result)
{
    (void)context;
    uint32_t number = 0;
    for (const char *digit = strchr(result->serial, '-'); digit && *++digit != '\0';) {
        number = number * 10 + (uint32_t)(*digit - '0');
    }
    serials += number;
    return ARDOQ_OK;
}

static void print_results(void)
{
    const thread_t *thread = thread_current();
    print_value("created", devices.created);
    print_value("updated", devices.updated);
    print_value("failed", devices.failed);
    print_value("done", devices.done);
    print_value("requests", devices.requests);
    print_value("serials", serials);
    print_value("ram", (size_t)(memory_heap_end - (char *)memory_stack_start));
    print_value("heap_size", (size_t)(memory_heap_end - memory_heap_start));
    print_value("heap_peak", memory_heap_peak());
    print_value("devices_size", sizeof devices);
    print_stack(thread->name, thread->stack, thread->stack_words);
}

int main(void)
{
    if (!boot_arguments_read()) {
        return 2;
    }
    network_start();
    ardoq_err_t err = ardoq_load_config(&client, &config);
    err = err ? err : ardoq_open(&client, &config);
    err =
        err ? err : ardoq_report_devices(&client, &devices, 0, next_device, take_device, &devices);
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
    }
    print_results();
    ardoq_close(&client);
    return err ? 1 : 0;
}
