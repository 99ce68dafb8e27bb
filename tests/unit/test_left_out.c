/* The core without the optional parts: their settings are rejected, so that a device never trusts
 * more than configured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "peer_client.h"

#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void assert_left_out(const char *name, const char *value)
{
    const char *setting = NULL;
    assert_int_equal(ardoq_setting_assign(ardoq_setting_find(name), NULL, value),
                     ARDOQ_ERR_LEFT_OUT);
    assert_int_equal(ardoq_port_store_set(name, value), ARDOQ_OK);
    assert_int_equal(ardoq_config_load(&config, &setting), ARDOQ_ERR_LEFT_OUT);
    assert_string_equal(setting, name);
    assert_int_equal(ardoq_port_store_erase(name), ARDOQ_OK);
    assert_int_equal(ardoq_config_load(&config, &setting), ARDOQ_OK);
}

static void test_settings(void **state)
{
    (void)state;
    assert_left_out("pin0", PIN);
    assert_left_out("pin1", PIN);
    assert_left_out("ca0", certificate_file("ca.pem"));
    assert_left_out("ca1", certificate_file("ca.pem"));
    assert_left_out("cert", certificate_file("client.pem"));
    assert_left_out("key", certificate_file("client.key"));
    assert_left_out("fields", "serial last_seen=seen");
    assert_left_out("fields", "last_seen\xc2\xa0");
    assert_int_equal(ardoq_setting_assign(ardoq_setting_find("fields"), NULL, "serial last_see"),
                     ARDOQ_ERR_FIELDS_INVALID);
    assert_int_equal(
        ardoq_setting_assign(ardoq_setting_find("fields"), NULL, "serial flash_size:number"),
        ARDOQ_ERR_FIELDS_INVALID);
    assert_null(ardoq_setting_find("relations"));
}

static void assert_not_opened(const char *setting)
{
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_ERR_LEFT_OUT);
    if (setting) {
        assert_string_equal(ardoq_detail(&client)->setting, setting);
    }
}

static void test_what_a_program_gives(void **state)
{
    (void)state;
    strcpy(config.pin1, PIN);
    assert_not_opened("pin1");
    config.pin1[0] = '\0';
    config.certificate_pem = certificate_file("client.pem");
    assert_not_opened(NULL);
    config.certificate_pem = NULL;
    config.key_pem = certificate_file("client.key");
    assert_not_opened(NULL);
}

/* Nobody is asked for a session: a server of TLS 1.2 gives none unasked. */
static void test_sessions(void **state)
{
    (void)state;
    ardoq_me_t me;
    script.tls_1_2 = true;
    script.ticket_lifetime = 3600;
    peer_client_answer(json_of("{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_OK);
    ardoq_close(&client);
    assert_int_equal(tls_peer_tickets_given(), 0);
    assert_int_equal(ardoq_fake.session_length, 0);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_READ].count, 0);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count, 0);
}

/* What is left checks as much as ever. */
static void test_calls(void **state)
{
    (void)state;
    ardoq_me_t me;
    peer_client_answer(json_of("{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_OK);
    assert_string_equal(me.org_name, "Acme");
    assert_string_equal(ardoq_detail(&client)->certificate_subject, "");
    ardoq_close(&client);
    config.ca_pem = certificate_file("other_ca.pem");
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    ardoq_close(&client);
    config.ca_pem = certificate_file("ca.pem");
    script.certificate = "wrong_host";
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_ERR_CERTIFICATE_WRONG_HOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_CLIENT_TEST(test_settings),
        PEER_CLIENT_TEST(test_what_a_program_gives),
        PEER_CLIENT_TEST(test_sessions),
        PEER_CLIENT_TEST(test_calls),
    };
    return cmocka_run_group_tests_name("left_out", tests, NULL, NULL);
}
