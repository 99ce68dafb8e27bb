/* Every call of the client's layer with null pointers, and with clients that are not open or are
 * busy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/context.h"
#include "ardoq/devices.h"
#include "ardoq/list.h"
#include "ardoq/port_fake.h"
#include "ardoq/report.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"

/* ---- The calls ---- */

/* All of their arguments, which they must not change if they fail. */
static struct {
    ardoq_response_t response;
    ardoq_me_t me;
    ardoq_report_t report;
    ardoq_list_t list;
    ardoq_devices_t devices;
    ardoq_context_t context;
    ardoq_context_check_t check;
    ardoq_wait_t wait;
} memory, untouched;

static const ardoq_request_t request = {.method = "GET", .path = "/api/v2/me"};
static ardoq_identity_t identity = {.serial = "1"};

static ardoq_err_t on_element(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)context;
    (void)element;
    (void)index;
    return ARDOQ_OK;
}

static ardoq_err_t next_device(void *context, uint32_t index, ardoq_identity_t *an_identity)
{
    (void)context;
    (void)index;
    (void)an_identity;
    return ARDOQ_DEVICES_END;
}

static ardoq_err_t on_device(void *context, const ardoq_device_result_t *result)
{
    (void)context;
    (void)result;
    return ARDOQ_OK;
}

static ardoq_err_t on_entry(void *argument, ardoq_context_kind_t kind,
                            const ardoq_context_entry_t *entry)
{
    (void)argument;
    (void)kind;
    (void)entry;
    return ARDOQ_OK;
}

typedef struct {
    const char *name;
    ardoq_err_t err;
} result_t;

static void assert_all(const result_t *results, size_t count, ardoq_err_t expected)
{
    for (size_t i = 0; i < count; i++) {
        if (results[i].err != expected) {
            fail_msg("%s gives %d, not %d", results[i].name, results[i].err, expected);
        }
    }
    assert_memory_equal(&memory, &untouched, sizeof memory);
}

#define ASSERT_ALL(results, expected)                                                              \
    assert_all(results, sizeof(results) / sizeof((results)[0]), expected)

/* Every call that begins a request. */
static void assert_refused(ardoq_client_t *a_client, ardoq_err_t expected)
{
    const result_t results[] = {
        {"request", ardoq_request(a_client, &request, &memory.response)},
        {"request_start", ardoq_request_start(a_client, &request, &memory.response)},
        {"me", ardoq_me(a_client, &memory.me)},
        {"me_start", ardoq_me_start(a_client, &memory.me)},
        {"report_device", ardoq_report_device(a_client, &identity, &memory.report)},
        {"report_start", ardoq_report_start(a_client, &identity, &memory.report)},
        {"list_each", ardoq_list_each(a_client, &memory.list, "/", NULL, 0, on_element, NULL)},
        {"list_start", ardoq_list_start(a_client, &memory.list, "/", NULL, 0, on_element, NULL)},
        {"report_devices",
         ardoq_report_devices(a_client, &memory.devices, 0, next_device, on_device, NULL)},
        {"devices_start",
         ardoq_devices_start(a_client, &memory.devices, 0, next_device, on_device, NULL)},
        {"context_each", ardoq_context_each(a_client, &memory.context, WORKSPACE, on_entry, NULL)},
        {"context_start",
         ardoq_context_start(a_client, &memory.context, WORKSPACE, on_entry, NULL)},
        {"context_check", ardoq_context_check(a_client, &memory.context, &memory.check)},
        {"context_check_start",
         ardoq_context_check_start(a_client, &memory.context, &memory.check)},
    };
    ASSERT_ALL(results, expected);
}

static int set_up(void **state)
{
    memset(&memory, '#', sizeof memory);
    memset(&untouched, '#', sizeof untouched);
    memset(&client, 0, sizeof client);
    assert_int_equal(peer_client_set_up(state), 0);
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    return 0;
}

/* ---- Clients that are not open ---- */

static void assert_not_open(ardoq_client_t *a_client)
{
    assert_refused(a_client, ARDOQ_ERR_INVALID_ARGUMENT);
    const result_t results[] = {
        {"request_step", ardoq_request_step(a_client, &memory.wait)},
        {"finish", ardoq_finish(a_client, NULL, NULL)},
    };
    ASSERT_ALL(results, ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_request_cancel(a_client);
    assert_string_equal(ardoq_fake.resolved_host, "");
}

static void take(void *context, const char *text)
{
    (void)text;
    ++*(unsigned *)context;
}

static void assert_can_be_explained(const ardoq_client_t *a_client)
{
    unsigned pieces = 0;
    ardoq_explain(a_client, ARDOQ_ERR_INVALID_ARGUMENT, take, &pieces);
    assert_true(pieces > 0);
}

static void assert_closes(void)
{
    static const ardoq_client_t zero;
    ardoq_close(&client);
    assert_memory_equal(&client, &zero, sizeof zero);
    ardoq_close(&client);
    assert_memory_equal(&client, &zero, sizeof zero);
}

static void test_no_client(void **state)
{
    (void)state;
    assert_not_open(NULL);
    assert_can_be_explained(NULL);
    ardoq_close(NULL);
}

static void test_client_that_was_never_open(void **state)
{
    (void)state;
    assert_not_open(&client);
    assert_can_be_explained(&client);
    ardoq_interrupt(&client);
    assert_not_open(&client);
    assert_closes();
}

static void test_client_that_could_not_be_opened(void **state)
{
    (void)state;
    config.ca_pem = "nonsense";
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_ERR_TRUST_INVALID);
    assert_not_open(&client);
    assert_can_be_explained(&client);
    strcpy(config.token, "");
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_ERR_TOKEN_MISSING);
    assert_not_open(&client);
    assert_string_equal(ardoq_detail(&client)->setting, "token");
    assert_closes();
}

static void test_client_that_was_closed(void **state)
{
    (void)state;
    peer_client_answer(json_of("{\"user\":{\"email\":\"e\"}}"));
    assert_int_equal(ardoq_me(&client, &(ardoq_me_t){0}), ARDOQ_OK);
    ardoq_fake.resolved_host[0] = '\0';
    ardoq_close(&client);
    assert_not_open(&client);
    assert_can_be_explained(&client);
    assert_closes();
}

static void test_opening_with_null(void **state)
{
    (void)state;
    ardoq_config_t loaded;
    memset(&client, '#', sizeof client);
    const ardoq_client_t before = client;
    const result_t results[] = {
        {"open", ardoq_open(NULL, &config)},
        {"open", ardoq_open(&client, NULL)},
        {"load_config", ardoq_load_config(NULL, &loaded)},
        {"load_config", ardoq_load_config(&client, NULL)},
    };
    ASSERT_ALL(results, ARDOQ_ERR_INVALID_ARGUMENT);
    assert_memory_equal(&client, &before, sizeof client);
    memset(&client, 0, sizeof client);
}

/* ---- Null pointers for an open client ---- */

static void test_nothing_to_send_or_to_fill(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    const result_t results[] = {
        {"request", ardoq_request(&client, NULL, &memory.response)},
        {"request", ardoq_request(&client, &request, NULL)},
        {"request_start", ardoq_request_start(&client, NULL, &memory.response)},
        {"request_start", ardoq_request_start(&client, &request, NULL)},
        {"request_step", ardoq_request_step(&client, NULL)},
        {"request_step", ardoq_request_step(&client, &memory.wait)},
        {"finish", ardoq_finish(&client, NULL, NULL)},
        {"me", ardoq_me(&client, NULL)},
        {"me_start", ardoq_me_start(&client, NULL)},
        {"report_device", ardoq_report_device(&client, NULL, &memory.report)},
        {"report_device", ardoq_report_device(&client, &identity, NULL)},
        {"report_start", ardoq_report_start(&client, NULL, &memory.report)},
        {"report_start", ardoq_report_start(&client, &identity, NULL)},
    };
    ASSERT_ALL(results, ARDOQ_ERR_INVALID_ARGUMENT);
    assert_string_equal(ardoq_fake.resolved_host, "");
}

static void test_lists_and_contexts_of_nothing(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    const result_t results[] = {
        {"list_each", ardoq_list_each(&client, NULL, "/", NULL, 0, on_element, NULL)},
        {"list_each", ardoq_list_each(&client, &memory.list, NULL, NULL, 0, on_element, NULL)},
        {"list_each", ardoq_list_each(&client, &memory.list, "/", NULL, 0, NULL, NULL)},
        {"list_start", ardoq_list_start(&client, NULL, "/", NULL, 0, on_element, NULL)},
        {"list_start", ardoq_list_start(&client, &memory.list, NULL, NULL, 0, on_element, NULL)},
        {"list_start", ardoq_list_start(&client, &memory.list, "/", NULL, 0, NULL, NULL)},
        {"devices", ardoq_report_devices(&client, NULL, 0, next_device, on_device, NULL)},
        {"devices", ardoq_report_devices(&client, &memory.devices, 0, NULL, on_device, NULL)},
        {"devices", ardoq_report_devices(&client, &memory.devices, 0, next_device, NULL, NULL)},
        {"devices", ardoq_devices_start(&client, &memory.devices, 0, NULL, on_device, NULL)},
        {"devices", ardoq_devices_start(&client, &memory.devices, 0, next_device, NULL, NULL)},
        {"context_each", ardoq_context_each(&client, NULL, WORKSPACE, on_entry, NULL)},
        {"context_each", ardoq_context_each(&client, &memory.context, NULL, on_entry, NULL)},
        {"context_each", ardoq_context_each(&client, &memory.context, WORKSPACE, NULL, NULL)},
        {"context_start", ardoq_context_start(&client, NULL, WORKSPACE, on_entry, NULL)},
        {"context_start", ardoq_context_start(&client, &memory.context, NULL, on_entry, NULL)},
        {"context_start", ardoq_context_start(&client, &memory.context, WORKSPACE, NULL, NULL)},
        {"context_check", ardoq_context_check(&client, NULL, &memory.check)},
        {"context_check", ardoq_context_check(&client, &memory.context, NULL)},
        {"context_check_start", ardoq_context_check_start(&client, NULL, &memory.check)},
        {"context_check_start", ardoq_context_check_start(&client, &memory.context, NULL)},
    };
    ASSERT_ALL(results, ARDOQ_ERR_INVALID_ARGUMENT);
    assert_string_equal(ardoq_fake.resolved_host, "");
}

/* A request that is there, but lacks what it must have. */
static void test_requests_of_nothing(void **state)
{
    (void)state;
    static const ardoq_request_t requests[] = {
        {.path = "/"},
        {.method = "GET"},
        {.method = "POST", .path = "/", .body_size = 1},
        {.method = "GET", .path = "/", .query_count = 1},
    };
    peer_client_answer(json_of("{}"));
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        assert_int_equal(ardoq_request(&client, &requests[i], &memory.response),
                         ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(memory.response.status, 0);
        assert_string_equal(memory.response.body, "");
        assert_string_equal(memory.response.message, "");
    }
    assert_string_equal(ardoq_fake.resolved_host, "");
}

/* ---- Busy clients ---- */

static void test_busy_client(void **state)
{
    (void)state;
    ardoq_response_t response;
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    assert_refused(&client, ARDOQ_ERR_BUSY);
    assert_int_equal(ardoq_finish(&client, NULL, NULL), ARDOQ_OK);
    assert_int_equal(response.status, 200);
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_cancelled_twice(void **state)
{
    (void)state;
    ardoq_response_t response;
    peer_client_answer(json_of("{}"));
    ardoq_request_cancel(&client);
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    ardoq_request_cancel(&client);
    ardoq_request_cancel(&client);
    assert_int_equal(ardoq_finish(&client, NULL, NULL), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(response.status, 0);
    assert_int_equal(ardoq_request(&client, &request, &response), ARDOQ_OK);
    ardoq_request_cancel(&client);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_no_client),
        TEST(test_client_that_was_never_open),
        TEST(test_client_that_could_not_be_opened),
        TEST(test_client_that_was_closed),
        TEST(test_opening_with_null),
        TEST(test_nothing_to_send_or_to_fill),
        TEST(test_lists_and_contexts_of_nothing),
        TEST(test_requests_of_nothing),
        TEST(test_busy_client),
        TEST(test_cancelled_twice),
    };
    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
