/* A program with the template port: it links, runs, and says what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ardoq/client.h"
#include "ardoq/commands.h"
#include "ardoq/list.h"
#include "ardoq/port.h"
#include "ardoq/report.h"

static ardoq_config_t config;
static ardoq_client_t client;

/* ---- The program that docs and README show ---- */

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(ardoq_config_load(&config, NULL), ARDOQ_OK);
    strcpy(config.host, "localhost");
    strcpy(config.token, "adq_token");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ardoq_close(&client);
    ardoq_config_wipe(&config);
    return 0;
}

static void test_settings_are_those_of_kconfig(void **state)
{
    (void)state;
    static ardoq_config_t defaults;
    assert_int_equal(ardoq_config_defaults(&defaults, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_config_load(&config, NULL), ARDOQ_OK);
    assert_memory_equal(&config, &defaults, sizeof defaults);
}

static void test_open_needs_roots(void **state)
{
    (void)state;
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_ERR_TRUST_MISSING);
    ardoq_close(&client);
}

/* Roots in the settings are enough to open a client. */
static void open_client(void)
{
    static char pem[8192];
    FILE *file = fopen(CERTIFICATES "/ca.pem", "r");
    assert_non_null(file);
    assert_int_not_equal(fread(pem, 1, sizeof pem - 1, file), 0);
    fclose(file);
    config.ca_pem = pem;
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_OK);
}

/* The first thing that a request needs of the platform. */
static ardoq_err_t first_missing(void)
{
    return ARDOQ_ACCEPT_UNKNOWN_CLOCK ? ARDOQ_ERR_NOT_SUPPORTED : ARDOQ_ERR_CLOCK_UNKNOWN;
}

static ardoq_err_t no_element(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)context;
    (void)element;
    (void)index;
    return ARDOQ_OK;
}

static void test_calls_say_what_is_missing(void **state)
{
    (void)state;
    static ardoq_me_t me;
    static ardoq_list_t list;
    open_client();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ardoq_me(&client, &me), first_missing());
        assert_int_equal(ardoq_list_each(&client, &list, "/", NULL, 0, no_element, NULL),
                         first_missing());
    }
    assert_int_equal(me.response.status, 0);
    assert_string_equal(me.response.body, "");
}

static void test_report(void **state)
{
    (void)state;
    static ardoq_report_t report;
    ardoq_identity_t identity;
    static const ardoq_identity_t nothing;
    open_client();
    strcpy(config.workspace, "0123456789abcdef01234567");
    strcpy(config.component_type, "p1");
    assert_int_equal(ardoq_identity_read(&identity, NULL), ARDOQ_OK);
    assert_memory_equal(&identity, &nothing, sizeof nothing);
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_ERR_SERIAL_MISSING);
    identity.serial = "SN-1";
    assert_int_equal(ardoq_report_device(&client, &identity, &report), first_missing());
    assert_int_equal(ardoq_report_time(), 0);
}

static void ignore(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)context;
    (void)output;
    (void)text;
    (void)size;
}

static void test_commands(void **state)
{
    (void)state;
    const ardoq_console_t console = {.write = ignore};
    assert_int_equal(ardoq_command_config_list(&console, &config), ARDOQ_OK);
    assert_int_equal(ardoq_command_config_set(&console, "host", "acme.ardoq.com"),
                     ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(ardoq_command_config_unset(&console, "host"), ARDOQ_ERR_NOT_SUPPORTED);
}

/* ---- Each function ---- */

static void test_time_and_chance(void **state)
{
    (void)state;
    int64_t now = 1;
    unsigned char bytes[] = {1, 2, 3, 4};
    assert_int_equal(ardoq_port_uptime_ms(), 0);
    assert_false(ardoq_port_wall_time(&now));
    assert_int_equal(now, 0);
    assert_int_equal(ardoq_port_random(bytes, sizeof bytes), ARDOQ_ERR_RANDOM_FAILED);
    assert_memory_equal(bytes, "\0\0\0", sizeof bytes);
}

static void test_resolving(void **state)
{
    (void)state;
    ardoq_port_resolve_t resolve = {.state = &resolve, .platform_code = 1};
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count = 1;
    assert_int_equal(ardoq_port_resolve_start(&resolve, "localhost"), ARDOQ_ERR_NOT_SUPPORTED);
    assert_null(resolve.state);
    assert_int_equal(resolve.platform_code, 0);
    assert_int_equal(ardoq_port_resolve_poll(&resolve, addresses, &count), ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(count, 0);
    ardoq_port_resolve_abandon(&resolve);
}

static void test_sockets(void **state)
{
    (void)state;
    const ardoq_port_address_t address = {.bytes = {127, 0, 0, 1}, .size = 4};
    ardoq_port_socket_t a_socket = {.descriptor = 7, .platform_code = 7};
    char bytes[4] = "abc";
    size_t size = 4;
    assert_int_equal(ardoq_port_connect_start(&a_socket, &address, 443), ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(a_socket.descriptor, ARDOQ_PORT_NO_SOCKET);
    assert_int_equal(a_socket.platform_code, 0);
    assert_int_equal(ardoq_port_connect_poll(&a_socket), ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(ardoq_port_send(&a_socket, bytes, 4, &size), ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(size, 0);
    size = 4;
    assert_int_equal(ardoq_port_receive(&a_socket, bytes, 4, &size), ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(size, 0);
    ardoq_port_wait(&a_socket, ARDOQ_PORT_EVENT_READABLE, 1000);
    ardoq_port_close(&a_socket);
}

static void test_store(void **state)
{
    (void)state;
    char value[8];
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value), ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_store_each(value, sizeof value, NULL, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_port_store_set("host", "x"), ARDOQ_ERR_NOT_SUPPORTED);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_ERR_NOT_SUPPORTED);
}

static void test_session(void **state)
{
    (void)state;
    char data[8];
    size_t length;
    assert_int_equal(ardoq_port_session_write("x", 1), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_ERR_NOT_SET);
}

static void test_identity_and_log(void **state)
{
    (void)state;
    ardoq_identity_t identity;
    memset(&identity, '#', sizeof identity);
    const ardoq_identity_t before = identity;
    ardoq_port_identity(&identity);
    assert_memory_equal(&identity, &before, sizeof before);
    static const ardoq_identity_t nothing;
    assert_int_equal(ardoq_identity_read(&identity, NULL), ARDOQ_OK);
    assert_memory_equal(&identity, &nothing, sizeof nothing);
    ardoq_port_log(ARDOQ_LOG_ERROR, "text", "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_settings_are_those_of_kconfig),
        TEST(test_open_needs_roots),
        TEST(test_calls_say_what_is_missing),
        TEST(test_report),
        TEST(test_commands),
        TEST(test_time_and_chance),
        TEST(test_resolving),
        TEST(test_sockets),
        TEST(test_store),
        TEST(test_session),
        TEST(test_identity_and_log),
    };
    return cmocka_run_group_tests_name("template_port", tests, NULL, NULL);
}
