/* The devices that Ardoq has: all of them, and the one with a serial number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/device_list.h"
#include "ardoq/port_fake.h"
#include "kept_console.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define PLACE     "\"rootWorkspace\":\"" WORKSPACE "\",\"typeId\":\"p1\""
#define OF_TYPE_2 "\"rootWorkspace\":\"" WORKSPACE "\",\"typeId\":\"p2\""

enum { NOW = 1795426207 }; /* 2026-11-23T09:30:07Z */

static ardoq_device_list_t devices;
static ardoq_listed_device_t found;

static void set_text(char *member, const char *text)
{
    memcpy(member, text, strlen(text) + 1);
}

static int set_up(void **state)
{
    (void)kept_result();
    (void)kept_people();
    const int result = peer_client_set_up(state);
    set_text(config.workspace, WORKSPACE);
    set_text(config.component_type, "p1");
    set_text(config.fields, "serial=sn last_seen=seen");
    memset(&found, 0, sizeof found);
    return result;
}

static ardoq_err_t write_line(void *context, const ardoq_listed_device_t *device)
{
    assert_ptr_equal(context, &found);
    ardoq_command_write_device(&kept_console, device, NOW);
    return ARDOQ_OK;
}

static ardoq_err_t each(const char *body)
{
    peer_client_answer(json_of(body));
    return ardoq_command_each_device(&kept_console, &client, &config, &devices, write_line, &found);
}

static ardoq_err_t find(const char *serial, const char *body)
{
    peer_client_answer(json_of(body));
    return ardoq_command_find_device(&kept_console, &client, &config, &devices, serial, &found);
}

static void assert_requested(const char *line)
{
    assert_ptr_equal(strstr(tls_peer_received(), line), tls_peer_received());
}

/* ---- One device ---- */

static void test_age(void **state)
{
    (void)state;
    static const struct {
        int64_t reported_at, now, age;
    } ages[] = {
        {NOW, NOW, 0},
        {NOW - 1, NOW, 1},
        {0, NOW, NOW},
        {-1, NOW, -1},
        {NOW, 0, -1},
        {NOW, -1, -1},
        {NOW + 1, NOW, 0},
        {NOW + ARDOQ_CLOCKS_DIFFER_S, NOW, 0},
        {NOW + ARDOQ_CLOCKS_DIFFER_S + 1, NOW, -1},
    };
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
        const ardoq_listed_device_t device = {.reported_at = ages[i].reported_at};
        assert_int_equal(ardoq_device_age(&device, ages[i].now), ages[i].age);
    }
}

static void test_texts_are_escaped(void **state)
{
    (void)state;
    ardoq_listed_device_t device = {.reported_at = -1};
    ardoq_command_write_device(&kept_console, &device, NOW);
    assert_string_equal(kept_result(), "{\"id\":null,\"name\":null,\"serial\":null,"
                                       "\"lastReport\":null,\"ageSeconds\":null}\n");
    set_text(device.id, "5e");
    set_text(device.name, "a\x1b[31m\"b\"\n\xc2\x9b\xe2\x80\xae\\");
    set_text(device.serial, "\x7f\xc3\xa6");
    set_text(device.last_report, "soon");
    ardoq_command_write_device(&kept_console, &device, NOW);
    assert_string_equal(kept_result(), "{\"id\":\"5e\",\"name\":\"a\\u001b[31m\\\"b\\\"\\n"
                                       "\\u009b\\u202e\\\\\",\"serial\":\"\\u007f\xc3\xa6\","
                                       "\"lastReport\":\"soon\",\"ageSeconds\":null}\n");
}

/* Wherever the parts end that it is written in. */
static void test_long_texts_are_written_whole(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        ardoq_listed_device_t device = {.reported_at = NOW};
        const char *text = text_of("%.*s%s", (int)shift, "xyz", repeat("\xf0\x9f\x94\xa7", 62));
        set_text(device.name, text);
        ardoq_command_write_device(&kept_console, &device, NOW);
        assert_non_null(strstr(kept_result(), text_of("\"name\":\"%s\",", text)));
    }
}

/* ---- All of them ---- */

static void test_devices_are_listed(void **state)
{
    (void)state;
    assert_int_equal(each("{\"values\":[{\"_id\":\"5e\",\"name\":\"A\",\"_version\":3," PLACE
                          ",\"customFields\":{\"sn\":\"1\",\"seen\":\"2026-11-23T09:30:00Z\"}},"
                          "{\"_id\":\"5f\",\"name\":\"B\"," PLACE
                          ",\"customFields\":{\"sn\":null,\"seen\":\"2027-01-01T00:00:00Z\"}},"
                          "{\"_id\":\"60\",\"name\":null," PLACE ",\"customFields\":{\"sn\":1},"
                          "\"_meta\":{\"lastUpdated\":\"2026-11-23T09:30:00Z\"}}]}"),
                     ARDOQ_OK);
    assert_string_equal(kept_result(),
                        "{\"id\":\"5e\",\"name\":\"A\",\"serial\":\"1\","
                        "\"lastReport\":\"2026-11-23T09:30:00Z\",\"ageSeconds\":7}\n"
                        "{\"id\":\"5f\",\"name\":\"B\",\"serial\":null,"
                        "\"lastReport\":\"2027-01-01T00:00:00Z\",\"ageSeconds\":null}\n"
                        "{\"id\":\"60\",\"name\":null,\"serial\":null,"
                        "\"lastReport\":null,\"ageSeconds\":null}\n");
    assert_string_equal(kept_people(), "");
    assert_requested("GET /api/v2/components?rootWorkspace=" WORKSPACE "&typeId=p1 HTTP/1.1\r\n");
}

static void test_without_last_seen_the_last_change_counts(void **state)
{
    (void)state;
    set_text(config.fields, "serial=sn");
    assert_int_equal(each("{\"values\":[{\"_id\":\"5e\",\"name\":\"A\"," PLACE
                          ",\"_meta\":{\"lastUpdated\":\"2026-11-23T09:29:07.123Z\"}}]}"),
                     ARDOQ_OK);
    assert_string_equal(kept_result(),
                        "{\"id\":\"5e\",\"name\":\"A\",\"serial\":null,"
                        "\"lastReport\":\"2026-11-23T09:29:07.123Z\",\"ageSeconds\":60}\n");
}

/* What a server that knows no filter would answer; an id is the same in capital letters. */
static void test_what_was_not_asked_for_is_left_out(void **state)
{
    (void)state;
    set_text(config.workspace, "0123456789ABCDEF01234567");
    assert_int_equal(each("{\"values\":[{\"_id\":\"5d\"},{\"_id\":\"5e\"," OF_TYPE_2 "},"
                          "{\"_id\":\"5f\",\"rootWorkspace\":\"5e\",\"typeId\":\"p1\"},"
                          "{\"_id\":\"60\"," PLACE "}]}"),
                     ARDOQ_OK);
    assert_string_equal(kept_result(), "{\"id\":\"60\",\"name\":null,\"serial\":null,"
                                       "\"lastReport\":null,\"ageSeconds\":null}\n");
}

static void test_a_key_that_is_too_long_is_none(void **state)
{
    (void)state;
    const char *serial = repeat("s", sizeof found.serial - 1);
    const char *name = repeat("n", sizeof found.name);
    assert_int_equal(each(text_of("{\"values\":[{\"_id\":\"5e\"," PLACE ",\"name\":\"%s\","
                                  "\"customFields\":{\"sn\":\"%s\"}},{\"_id\":\"5f\"," PLACE
                                  ",\"customFields\":{\"sn\":\"%ss\"}}]}",
                                  name, serial, serial)),
                     ARDOQ_OK);
    assert_string_equal(kept_result(), text_of("{\"id\":\"5e\",\"name\":\"%s\",\"serial\":\"%s\","
                                               "\"lastReport\":null,\"ageSeconds\":null}\n"
                                               "{\"id\":\"5f\",\"name\":null,\"serial\":null,"
                                               "\"lastReport\":null,\"ageSeconds\":null}\n",
                                               name + 1, serial));
}

static void assert_explained(ardoq_err_t err)
{
    const char *people = kept_people();
    assert_ptr_equal(strstr(people, text_of("error: %s (", ardoq_err_name(err))), people);
    assert_string_equal(kept_result(), "");
}

static void test_a_component_needs_an_id(void **state)
{
    (void)state;
    assert_int_equal(each("{\"values\":[{" PLACE "}]}"), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_explained(ARDOQ_ERR_JSON_KEY_MISSING);
    assert_int_equal(each("{\"values\":[1]}"), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_explained(ARDOQ_ERR_JSON_KEY_MISSING);
}

static void test_settings_that_are_missing(void **state)
{
    (void)state;
    static const struct {
        char *member;
        ardoq_err_t err;
    } settings[] = {
        {config.workspace, ARDOQ_ERR_WORKSPACE_INVALID},
        {config.component_type, ARDOQ_ERR_COMPONENT_TYPE_INVALID},
        {config.fields, ARDOQ_ERR_SERIAL_FIELD_MISSING},
    };
    peer_client_answer(json_of("{\"values\":[]}"));
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        char kept[ARDOQ_FIELDS_SIZE];
        set_text(kept, settings[i].member);
        settings[i].member[0] = '\0';
        assert_int_equal(each("{\"values\":[]}"), settings[i].err);
        assert_explained(settings[i].err);
        assert_int_equal(find("1", "{\"values\":[]}"), settings[i].err);
        assert_explained(settings[i].err);
        set_text(settings[i].member, kept);
    }
    assert_int_equal(ardoq_fake.connects, 0);
}

/* ---- The one with a serial number ---- */

static void test_the_one_is_found(void **state)
{
    (void)state;
    assert_int_equal(find("A 1", "{\"values\":[{\"_id\":\"5d\"," PLACE
                                 ",\"customFields\":{\"sn\":\"A 10\"}},"
                                 "{\"_id\":\"5c\",\"customFields\":{\"sn\":\"A 1\"}},"
                                 "{\"_id\":\"5e\",\"name\":\"A\",\"_version\":3," PLACE
                                 ",\"customFields\":{\"sn\":\"A 1\"}},"
                                 "{\"_id\":\"5f\"," PLACE "}]}"),
                     ARDOQ_OK);
    assert_string_equal(kept_people(), "");
    assert_string_equal(found.id, "5e");
    assert_string_equal(found.name, "A");
    assert_int_equal(found.version, 3);
    assert_requested("GET /api/v2/components?rootWorkspace=" WORKSPACE
                     "&customFields.sn=A%201 HTTP/1.1\r\n");
}

static void test_none_is_found(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"values\":[]}",
        "{\"values\":[{\"_id\":\"5e\"," OF_TYPE_2 ",\"customFields\":{\"sn\":\"1\"}}]}",
        "{\"values\":[{" PLACE ",\"customFields\":{\"sn\":\"1\"}}]}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_int_equal(find("1", bodies[i]), ARDOQ_ERR_DEVICE_UNKNOWN);
        assert_explained(ARDOQ_ERR_DEVICE_UNKNOWN);
    }
}

/* One of another type is in the way of a report too. */
static void test_several_are_named(void **state)
{
    (void)state;
    assert_int_equal(
        find("1", "{\"values\":["
                  "{\"_id\":\"5e\",\"name\":\"A\x7f\"," PLACE ",\"customFields\":{\"sn\":\"1\"}},"
                  "{\"_id\":\"5f\",\"name\":\"B\"," OF_TYPE_2 ",\"customFields\":{\"sn\":\"1\"}},"
                  "{\"_id\":\"60\"," PLACE ",\"customFields\":{\"sn\":\"1\"}}]}"),
        ARDOQ_ERR_SERIAL_AMBIGUOUS);
    const char *people = kept_people();
    assert_ptr_equal(
        strstr(people, text_of("error: %s (", ardoq_err_name(ARDOQ_ERR_SERIAL_AMBIGUOUS))), people);
    assert_non_null(strstr(people, "\n  component: 5e A \n  component: 5f B\n  component: 60 \n"));
}

static void test_a_search_that_fails(void **state)
{
    (void)state;
    peer_client_answer(response_of("403 No", "text/plain", "not you"));
    assert_int_equal(
        ardoq_command_find_device(&kept_console, &client, &config, &devices, "1", &found),
        ARDOQ_ERR_FORBIDDEN);
    assert_explained(ARDOQ_ERR_FORBIDDEN);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_age),
        TEST(test_texts_are_escaped),
        TEST(test_long_texts_are_written_whole),
        TEST(test_devices_are_listed),
        TEST(test_without_last_seen_the_last_change_counts),
        TEST(test_what_was_not_asked_for_is_left_out),
        TEST(test_a_key_that_is_too_long_is_none),
        TEST(test_a_component_needs_an_id),
        TEST(test_settings_that_are_missing),
        TEST(test_the_one_is_found),
        TEST(test_none_is_found),
        TEST(test_several_are_named),
        TEST(test_a_search_that_fails),
    };
    return cmocka_run_group_tests_name("device_list", tests, NULL, NULL);
}
