/* The command line of a device's console: from its arguments to the memory left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_csr.h>
#include <string.h>

#include "ardoq/commands.h"
#include "ardoq/port_fake.h"
#include "error_name.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define ME_JSON                                                                                    \
    "{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"},\"user\":{\"email\":\"device@acme.example\"}" \
    "}"

/* ---- A console that stores its output -------------------------------------------------------- */

static char result[4096];
static char people[4096]; /* notes and errors */

static void capture(void *context, ardoq_output_t output, const char *text, size_t size)
{
    char *stream = output == ARDOQ_OUTPUT_RESULT ? result : people;
    const size_t length = strlen(stream);
    assert_ptr_equal(context, result);
    assert_true(length + size < sizeof result);
    memcpy(stream + length, text, size);
    stream[length + size] = '\0';
}

static const ardoq_console_t console = {.write = capture, .context = result};

/* ---- What the program adds ---- */

static struct {
    ardoq_reporter_t *reporter; /* that runs in another task */
    unsigned calls;
    ardoq_err_t err;
    const char *ca_pem;
    const char *serial; /* that the platform or the store gave */
} program;

static ardoq_err_t describe(ardoq_config_t *device_config, ardoq_identity_t *identity)
{
    program.calls++;
    program.serial = text_of("%s", identity->serial);
    assert_string_equal(device_config->token, TEST_TOKEN);
    device_config->ca_pem = program.ca_pem;
    identity->model = "Hub";
    return program.err;
}

/* ---- A device with settings in its store ----------------------------------------------------- */

static ardoq_device_t device;

static void store(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

static int set_up(void **state)
{
    memset(&program, 0, sizeof program);
    assert_int_equal(peer_client_set_up(state), 0);
    store("host", "localhost:8443");
    store("token", TEST_TOKEN);
    store("workspace", WORKSPACE);
    store("component_type", "p1");
    store("name_template", "{model} {serial}");
    store("fields", "serial=serial");
    store("serial", "SN-1");
    store("ca0", certificate_file("ca.pem"));
    memset(ardoq_fake.failures, 0, sizeof ardoq_fake.failures);
    return 0;
}

static void answer(const char *text)
{
    static peer_step_t step;
    step = (peer_step_t){.answer = text};
    script.steps = &step;
    script.step_count = 1;
    tls_peer_stop();
    tls_peer_start(&script);
}

/* Nothing may be left in the device's memory, no connection and no lookup. */
static int run(ardoq_describe_t described_by, int argc, ...)
{
    static char line[4096]; /* as of a console, which may be changed */
    char *argv[8] = {NULL};
    size_t used = 0;
    va_list arguments;
    va_start(arguments, argc);
    for (int i = 0; i < argc; i++) {
        const char *argument = va_arg(arguments, char *);
        argv[i] = strcpy(line + used, argument);
        used += strlen(argument) + 1;
    }
    va_end(arguments);
    memset(result, 0, sizeof result);
    memset(people, 0, sizeof people);
    memset(&device, 0xa5, sizeof device);
    const int status =
        ardoq_command_line(&console, &device, described_by, program.reporter, argc, argv);
    assert_false(holds(&device, sizeof device, TEST_TOKEN));
    assert_false(holds(&device, sizeof device, "adq_"));
    assert_null(strstr(result, TEST_TOKEN));
    assert_null(strstr(people, TEST_TOKEN));
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(ardoq_fake.resolving, 0);
    return status;
}

static void assert_wiped(void)
{
    static const ardoq_device_t nothing;
    assert_memory_equal(&device, &nothing, sizeof device);
}

/* Runs what is a command, whether it succeeds or not. */
#define RUN_COMMAND(described_by, count, ...)                                                      \
    (status = run(described_by, count, "ardoq", __VA_ARGS__), assert_wiped())

static int status;

static void assert_failed(ardoq_err_t err)
{
    assert_int_equal(status, ardoq_console_exit_status(err));
    assert_int_not_equal(status, 0);
    assert_ptr_equal(strstr(people, text_of("error: %s (", ardoq_err_name(err))), people);
}

/* ---- Every command ---- */

/* One answer to both requests of the check. */
#define CHECK_JSON                                                                                 \
    "{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"},\"componentTypes\":[{\"typeId\":\"p1\","      \
    "\"customFields\":[\"serial\"]}],\"customFields\":[{\"apiKey\":\"serial\",\"type\":\"Text\"}]" \
    "}"

/* Leaves out the other fields, whose settings have defaults. */
static void store_only_the_serial_number(void)
{
    store("fields", "serial=serial");
}

static void test_check(void **state)
{
    (void)state;
    store_only_the_serial_number();
    answer(json_of(CHECK_JSON));
    RUN_COMMAND(describe, 2, "check");
    assert_int_equal(status, 0);
    assert_ptr_equal(strstr(result, "ok      settings        localhost:8443\n"), result);
    assert_non_null(strstr(result, "ok      component_type  p1 \n"
                                   "ok      serial          serial\n"));
    assert_string_equal(people, "");
    assert_int_equal(program.calls, 1);
}

#if ARDOQ_MODEL
/* With what the program says of the device. */
static void test_check_of_relations(void **state)
{
    (void)state;
    store_only_the_serial_number();
    store("relations", "1 +p1/{model}; 2 /B");
    answer(json_of(
        "{\"org\":{\"label\":\"acme\",\"name\":\"A\"},\"componentTypes\":[{\"typeId\":\"p1\","
        "\"customFields\":[\"serial\"]}],\"customFields\":[{\"apiKey\":\"serial\","
        "\"type\":\"Text\"}],\"referenceTypes\":[{\"type\":1}]}"));
    RUN_COMMAND(describe, 2, "check");
    assert_int_equal(status, 3);
    const char *lines = strstr(result, "ok      serial          serial\n");
    assert_non_null(lines);
    assert_ptr_equal(strstr(lines, text_of("ok      serial          serial\n"
                                           "ok      relations 1     1, Hub: will be made\n"
                                           "failed  relations 2     2: %s (",
                                           shown_error("REFERENCE_TYPE_UNKNOWN"))),
                     lines);
}
#endif

/* The first line says what no other command would have got past. */
static void test_check_that_cannot_begin(void **state)
{
    (void)state;
    store("timeout_ms", "soon");
    RUN_COMMAND(describe, 2, "check");
    assert_int_equal(status, 3);
    assert_ptr_equal(
        strstr(result, text_of("failed  settings        %s (", shown_error("SETTING_INVALID"))),
        result);
    assert_non_null(strstr(result, "  setting: timeout_ms\n"));
    store("timeout_ms", "5000");
    program.err = ARDOQ_ERR_IDENTITY_FULL;
    RUN_COMMAND(describe, 2, "check");
    assert_ptr_equal(
        strstr(result, text_of("failed  settings        %s (", shown_error("IDENTITY_FULL"))),
        result);
    store("token", "");
    RUN_COMMAND(NULL, 2, "check");
    assert_ptr_equal(
        strstr(result, text_of("failed  settings        %s (", shown_error("TOKEN_MISSING"))),
        result);
    assert_string_equal(people, "");
}

static void test_me(void **state)
{
    (void)state;
    answer(json_of(ME_JSON));
    RUN_COMMAND(NULL, 2, "me");
    assert_int_equal(status, 0);
    assert_string_equal(result, ME_JSON "\n");
    assert_string_equal(people, "connected to Acme (acme) as device@acme.example\n");
    assert_non_null(strstr(tls_peer_received(), "Authorization: Bearer " TEST_TOKEN "\r\n"));
}

static void test_report(void **state)
{
    (void)state;
    answer(json_of("{\"components\":{\"created\":[{\"id\":\"5f00\"}]}}"));
    RUN_COMMAND(describe, 2, "report");
    assert_int_equal(status, 0);
    assert_string_equal(result, "{\"outcome\":\"created\",\"id\":\"5f00\"}\n");
    assert_string_equal(people, "created: Hub SN-1\n");
    assert_non_null(strstr(tls_peer_received(), "\"name\":\"Hub SN-1\""));
    assert_string_equal(program.serial, "SN-1");
}

static void test_report_without_a_description(void **state)
{
    (void)state;
    answer(json_of("{\"components\":{\"updated\":[{\"id\":\"5f00\"}]}}"));
    ardoq_fake.identity.model = "Board";
    RUN_COMMAND(NULL, 2, "report");
    assert_int_equal(status, 0);
    assert_string_equal(people, "updated: Board SN-1\n");
}

static void test_list(void **state)
{
    (void)state;
    RUN_COMMAND(describe, 2, "get");
    assert_int_equal(status, 0);
    assert_ptr_equal(strstr(result, "{\n  \"host\": \"localhost:8443\",\n"), result);
    assert_non_null(strstr(result, "\"token\": \"********e1f0\""));
    assert_non_null(strstr(result, "\"serial\": \"SN-1\""));
    assert_non_null(strstr(result, "\"ca0\": \"(set)\""));
    assert_string_equal(people, "");
    assert_int_equal(program.calls, 0);
}

static void test_get(void **state)
{
    (void)state;
    RUN_COMMAND(describe, 3, "get", "workspace");
    assert_int_equal(status, 0);
    assert_string_equal(result, "\"" WORKSPACE "\"\n");
    RUN_COMMAND(describe, 3, "get", "token");
    assert_string_equal(result, "\"********e1f0\"\n");
    RUN_COMMAND(describe, 3, "get", "model");
    assert_string_equal(result, "null\n");
    assert_string_equal(people, "");
    assert_int_equal(program.calls, 0);
}

static void assert_stored(const char *key, const char *expected)
{
    char value[256];
    const ardoq_err_t err = ardoq_port_store_get(key, value, sizeof value);
    assert_int_equal(err, expected ? ARDOQ_OK : ARDOQ_ERR_NOT_SET);
    if (expected) {
        assert_string_equal(value, expected);
    }
}

/* ---- Beside a reporter that runs in another task ---- */

static ardoq_reporter_t reporter;

static void open_reporter(void)
{
    memset(&reporter, 0, sizeof reporter);
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_OK);
    program.reporter = &reporter;
}

static void assert_asked(bool is_asked)
{
    assert_int_equal(reporter.asked, is_asked);
    reporter.asked = 0;
}

static void test_status(void **state)
{
    (void)state;
    RUN_COMMAND(NULL, 2, "status");
    assert_string_equal(result, "no reporter is running\n");
    assert_int_equal(status, 0);
    open_reporter();
    reporter.schedule.has_reported = true;
    reporter.schedule.since_report = 50;
    reporter.wait = 3 * 60 * 60;
    reporter.reason = ARDOQ_REASON_HEARTBEAT;
    RUN_COMMAND(NULL, 2, "status");
    assert_string_equal(result,
                        "last report: 50 seconds ago\nnext report: in 3 hours, heartbeat\n");
    assert_string_equal(people, "");
    assert_int_equal(status, 0);
    assert_asked(false);
}

/* Nothing answers here, so the command itself reports nothing. */
static void test_report_is_the_reporters(void **state)
{
    (void)state;
    open_reporter();
    RUN_COMMAND(describe, 2, "report");
    assert_asked(true);
    assert_string_equal(result, "");
    assert_non_null(strstr(people, "`ardoq status`"));
    assert_int_equal(program.calls, 0);
    assert_int_equal(status, 0);
}

static void test_change_of_a_setting_is_reported(void **state)
{
    (void)state;
    open_reporter();
    RUN_COMMAND(NULL, 4, "set", "model", "Hub 2");
    assert_asked(true);
    RUN_COMMAND(NULL, 3, "unset", "model");
    assert_asked(true);
    RUN_COMMAND(NULL, 4, "set", "token", TEST_TOKEN "\n" TEST_TOKEN);
    assert_failed(ARDOQ_ERR_TOKEN_INVALID);
    assert_asked(false);
    RUN_COMMAND(NULL, 3, "unset", "hots");
    assert_asked(false);
    RUN_COMMAND(NULL, 3, "get", "host");
    assert_asked(false);
}

static void test_set_and_unset(void **state)
{
    (void)state;
    RUN_COMMAND(describe, 4, "set", "host", "acme.ardoq.com");
    assert_int_equal(status, 0);
    assert_stored("host", "acme.ardoq.com");
    RUN_COMMAND(describe, 4, "set", "token", "adq_other");
    assert_int_equal(status, 0);
    assert_stored("token", "adq_other");
    RUN_COMMAND(describe, 3, "unset", "host");
    assert_int_equal(status, 0);
    assert_stored("host", NULL);
    assert_stored("token", "adq_other");
    assert_string_equal(result, "");
    assert_string_equal(people, "");
    assert_int_equal(program.calls, 0);
}

/* A configuration that cannot be loaded is repaired with the commands that do not load it. */
static void test_set_trims_what_it_stores(void **state)
{
    (void)state;
    RUN_COMMAND(describe, 4, "set", "host", " acme.ardoq.com\r\n");
    assert_int_equal(status, 0);
    assert_stored("host", "acme.ardoq.com");
}

/* On one line, with an escape for the line breaks; in other settings it is none. */
static void test_set_of_pem(void **state)
{
    (void)state;
    RUN_COMMAND(describe, 4, "set", "ca1",
                "-----BEGIN CERTIFICATE-----\\nMIIB\\\nA=\\n-----END CERTIFICATE-----\\n");
    assert_int_equal(status, 0);
    assert_stored("ca1", "-----BEGIN CERTIFICATE-----\nMIIB\\\nA=\n-----END CERTIFICATE-----\n");
    RUN_COMMAND(describe, 4, "set", "cert",
                "-----BEGIN CERTIFICATE-----nMIIBn-----END CERTIFICATE-----");
    assert_failed(ARDOQ_ERR_SETTING_INVALID);
    RUN_COMMAND(describe, 4, "set", "model", "C:\\new");
    assert_int_equal(status, 0);
    assert_stored("model", "C:\\new");
}

static void test_set_mends_the_configuration(void **state)
{
    (void)state;
    store("timeout_ms", "soon");
    RUN_COMMAND(NULL, 3, "get", "host");
    assert_failed(ARDOQ_ERR_SETTING_INVALID);
    RUN_COMMAND(NULL, 4, "set", "timeout_ms", "5000");
    assert_int_equal(status, 0);
    RUN_COMMAND(NULL, 3, "get", "timeout_ms");
    assert_string_equal(result, "\"5000\"\n");
}

/* ---- A request for a certificate ---- */

#define KEY_LINE "-----BEGIN EC PRIVATE KEY-----\n"

static char stored_key[512];

/* Of the key it makes nothing is shown, and nothing of it stays. */
static void run_csr(int argc, const char *option)
{
    RUN_COMMAND(describe, argc, "csr", option);
    ardoq_err_t err = ardoq_port_store_get("key", stored_key, sizeof stored_key);
    assert_true(err == ARDOQ_OK || err == ARDOQ_ERR_NOT_SET);
    if (!err) {
        static char secret[32]; /* from the middle of the key */
        memcpy(secret, stored_key + 70, sizeof secret - 1);
        assert_null(strstr(result, secret));
        assert_null(strstr(people, secret));
    }
    assert_null(strstr(result, "PRIVATE"));
    assert_null(strstr(people, "PRIVATE"));
}

/* The public key of the request in the result; its subject was CN=SN-1 alone. */
static const char *public_key(void)
{
    mbedtls_x509_csr csr;
    char name[80];
    char pem[1024];
    mbedtls_x509_csr_init(&csr);
    assert_int_equal(
        mbedtls_x509_csr_parse(&csr, (const unsigned char *)result, strlen(result) + 1), 0);
    assert_true(mbedtls_x509_dn_gets(name, sizeof name, &csr.subject) > 0);
    assert_string_equal(name, "CN=SN-1");
    assert_int_equal(mbedtls_pk_write_pubkey_pem(&csr.pk, (unsigned char *)pem, sizeof pem), 0);
    mbedtls_x509_csr_free(&csr);
    return text_of("%s", pem);
}

static void test_csr(void **state)
{
    (void)state;
    run_csr(2, "");
    assert_int_equal(status, 0);
    assert_string_equal(people, "a new key was made and stored\n");
    assert_memory_equal(stored_key, KEY_LINE, strlen(KEY_LINE));
    const char *first = public_key();
    const char *first_key = text_of("%s", stored_key);
    run_csr(2, "");
    assert_int_equal(status, 0);
    assert_string_equal(people, "the stored key is used\n");
    assert_string_equal(public_key(), first);
    assert_string_equal(stored_key, first_key);
    run_csr(3, "--new-key");
    assert_int_equal(status, 0);
    assert_string_equal(people, "a new key was made and stored\n");
    assert_string_not_equal(public_key(), first);
    assert_string_not_equal(stored_key, first_key);
}

/* What an installed certificate would lose is said. */
static void test_csr_beside_a_certificate(void **state)
{
    (void)state;
    store("cert", certificate_file("client.pem"));
    store("key", certificate_file("client.key"));
    run_csr(2, "");
    assert_int_equal(status, 0);
    assert_null(strstr(people, "cannot connect"));
    run_csr(3, "--new-key");
    assert_int_equal(status, 0);
    assert_non_null(strstr(people, "the device cannot connect until cert is set to the new one\n"));
    RUN_COMMAND(describe, 2, "me");
    assert_failed(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    assert_non_null(strstr(people, "  setting: key\n"));
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_csr_of_a_serial_that_no_gateway_takes(void **state)
{
    (void)state;
    static const char *const serials[] = {"SN 1",      "SN/1", "SN=1", "SN,O=x",
                                          "S\xc3\xb8", "SN+1", "a:b"};
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        store("serial", serials[i]);
        run_csr(2, "");
        assert_failed(ARDOQ_ERR_SETTING_INVALID);
        assert_non_null(strstr(people, "  setting: serial\n  in a certificate it has 1 to 64 "));
        assert_string_equal(result, "");
    }
    assert_int_equal(ardoq_port_store_get("key", stored_key, sizeof stored_key), ARDOQ_ERR_NOT_SET);
}

static void test_csr_of_serials(void **state)
{
    (void)state;
    static const struct {
        const char *serial;
        ardoq_err_t err;
    } rows[] = {
        {NULL, ARDOQ_ERR_SERIAL_MISSING},
        {"", ARDOQ_ERR_SERIAL_MISSING},
        {"0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz", ARDOQ_OK},
        {"0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyzx",
         ARDOQ_ERR_SETTING_INVALID},
    };
    char buffer[2048];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(result, 0, sizeof result);
        memset(people, 0, sizeof people);
        assert_int_equal(ardoq_command_csr(&console, rows[i].serial, false, buffer, sizeof buffer),
                         rows[i].err);
        assert_int_equal(result[0] != '\0', !rows[i].err);
        for (size_t at = 0; at < sizeof buffer && !rows[i].err; at++) {
            assert_int_equal(buffer[at], 0);
        }
    }
}

/* The key of before is there as it was. */
static void test_csr_that_cannot_be_stored(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 1, ARDOQ_ERR_STORE_FULL);
    run_csr(2, "");
    assert_failed(ARDOQ_ERR_STORE_FULL);
    assert_non_null(strstr(people, "  setting: key\n"));
    assert_string_equal(result, "");
    store("key", certificate_file("client.key"));
    ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 1, ARDOQ_ERR_STORE_FULL);
    run_csr(3, "--new-key");
    assert_failed(ARDOQ_ERR_STORE_FULL);
    assert_string_equal(result, "");
    assert_string_equal(stored_key, certificate_file("client.key"));
    ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, 1, ARDOQ_ERR_STORE_DAMAGED);
    run_csr(2, "");
    assert_failed(ARDOQ_ERR_STORE_DAMAGED);
    assert_string_equal(stored_key, certificate_file("client.key"));
}

static void test_csr_of_a_key_that_cannot_be_read(void **state)
{
    (void)state;
    static const char nonsense[] = "nonsense";
    store("key", nonsense);
    RUN_COMMAND(describe, 2, "csr");
    assert_failed(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    assert_non_null(strstr(people, "  setting: key\n"));
    assert_stored("key", nonsense);
#if MBEDTLS_VERSION_MAJOR < 4 /* later ones draw their random numbers from PSA */
    ardoq_fake_fail(ARDOQ_FAKE_RANDOM, 1, ARDOQ_ERR_RANDOM_FAILED);
    RUN_COMMAND(describe, 3, "csr", "--new-key");
    assert_failed(ARDOQ_ERR_RANDOM_FAILED);
    assert_stored("key", nonsense);
#endif
}

/* ---- Other command lines ---- */

#define ASSERT_USAGE(what, count, ...)                                                             \
    do {                                                                                           \
        assert_int_equal(run(describe, count, __VA_ARGS__), 2);                                    \
        assert_string_equal(people, "error: " what                                                 \
                                    "\n  ardoq check | me | report | status | get [NAME] | "       \
                                    "set NAME VALUE | unset NAME\n  ardoq csr [--new-key]\n");     \
        assert_string_equal(result, "");                                                           \
    } while (0)

static void test_other_command_lines(void **state)
{
    (void)state;
    ASSERT_USAGE("a command is missing", 0, "");
    ASSERT_USAGE("a command is missing", 1, "ardoq");
    ASSERT_USAGE("there is no command ", 2, "ardoq", "");
    ASSERT_USAGE("there is no command mee", 2, "ardoq", "mee");
    ASSERT_USAGE("there is no command Me", 2, "ardoq", "Me");
    ASSERT_USAGE("there is no command  [31mme e", 2, "ardoq", "\x1b[31mme\ne");
    ASSERT_USAGE("there is no command --help", 2, "ardoq", "--help");
    ASSERT_USAGE("there is no command mee", 3, "ardoq", "mee", "me");
    ASSERT_USAGE("there is an argument too many: me", 3, "ardoq", "me", "me");
    ASSERT_USAGE("there is an argument too many: --dry-run", 3, "ardoq", "report", "--dry-run");
    ASSERT_USAGE("there is an argument too many: extra", 4, "ardoq", "report", "extra", "more");
    ASSERT_USAGE("there is an argument too many: token", 4, "ardoq", "get", "host", "token");
    ASSERT_USAGE("an argument is missing: NAME", 2, "ardoq", "set");
    ASSERT_USAGE("an argument is missing: VALUE", 3, "ardoq", "set", "host");
    ASSERT_USAGE("a value with spaces must be in quotes", 5, "ardoq", "set", "token", "more",
                 TEST_TOKEN);
    ASSERT_USAGE("an argument is missing: NAME", 2, "ardoq", "unset");
    ASSERT_USAGE("there is no option --new", 3, "ardoq", "csr", "--new");
    ASSERT_USAGE("there is an argument too many: SN-1", 4, "ardoq", "csr", "--new-key", "SN-1");
    ASSERT_USAGE("there is an argument too many: token", 4, "ardoq", "unset", "host", "token");
    for (int call = 0; call < ARDOQ_FAKE_CALLS; call++) {
        assert_int_equal(ardoq_fake.failures[call].count, 0);
    }
    assert_int_equal(program.calls, 0);
    assert_stored("host", "localhost:8443");
}

/* ---- Failures on the way ---- */

static void test_configuration_that_cannot_be_loaded(void **state)
{
    (void)state;
    static const char *const command_lines[] = {"me", "report", "get"};
    for (size_t i = 0; i < sizeof command_lines / sizeof command_lines[0]; i++) {
        ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, ARDOQ_ERR_STORE_DAMAGED);
        RUN_COMMAND(describe, 2, command_lines[i]);
        assert_failed(ARDOQ_ERR_STORE_DAMAGED);
        assert_null(strstr(people, "  setting: "));
        assert_string_equal(result, "");
    }
    ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, ARDOQ_ERR_STORE_DAMAGED);
    RUN_COMMAND(describe, 3, "get", "host");
    assert_failed(ARDOQ_ERR_STORE_DAMAGED);
    assert_int_equal(program.calls, 0);
}

static void test_setting_that_is_wrong(void **state)
{
    (void)state;
    store("workspace", "x");
    RUN_COMMAND(describe, 2, "report");
    assert_failed(ARDOQ_ERR_WORKSPACE_INVALID);
    assert_non_null(strstr(people, "  setting: workspace\n"));
    assert_int_equal(ardoq_fake.connects, 0);
}

/* What is missing is found when the client is opened. */
static void test_setting_that_is_missing(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_OK);
    RUN_COMMAND(NULL, 2, "me");
    assert_failed(ARDOQ_ERR_TOKEN_MISSING);
    assert_non_null(strstr(people, "  setting: token\n"));
}

static void test_identity_that_cannot_be_read(void **state)
{
    (void)state;
    store("serial", "line\nbreak");
    RUN_COMMAND(describe, 2, "report");
    assert_failed(ARDOQ_ERR_TEXT_INVALID);
    assert_non_null(strstr(people, "  setting: serial\n"));
    RUN_COMMAND(describe, 2, "get");
    assert_failed(ARDOQ_ERR_TEXT_INVALID);
    assert_non_null(strstr(people, "  setting: serial\n"));
    assert_int_equal(program.calls, 0);
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_description_that_fails(void **state)
{
    (void)state;
    program.err = ARDOQ_ERR_IDENTITY_FULL;
    RUN_COMMAND(describe, 2, "report");
    assert_failed(ARDOQ_ERR_IDENTITY_FULL);
    RUN_COMMAND(describe, 2, "me");
    assert_failed(ARDOQ_ERR_IDENTITY_FULL);
    assert_int_equal(program.calls, 2);
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_roots_that_cannot_be_read(void **state)
{
    (void)state;
    store("ca0", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    RUN_COMMAND(NULL, 2, "me");
    assert_failed(ARDOQ_ERR_TRUST_INVALID);
    assert_non_null(strstr(people, "  mbedTLS code: -0x"));
    assert_int_equal(ardoq_fake.connects, 0);
}

/* The program may bring the roots. */
static void test_roots_of_the_program(void **state)
{
    (void)state;
    answer(json_of(ME_JSON));
    store("ca0", certificate_file("other_ca.pem"));
    RUN_COMMAND(NULL, 2, "me");
    assert_failed(ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    program.ca_pem = certificate_file("ca.pem");
    RUN_COMMAND(describe, 2, "me");
    assert_int_equal(status, 0);
}

static void test_server_that_refuses(void **state)
{
    (void)state;
    static const char *const command_lines[] = {"me", "report"};
    for (size_t i = 0; i < sizeof command_lines / sizeof command_lines[0]; i++) {
        answer(response_of("401 No", "application/json", "{\"message\":\"bad token\"}"));
        RUN_COMMAND(describe, 2, command_lines[i]);
        assert_failed(ARDOQ_ERR_UNAUTHORIZED);
        assert_non_null(strstr(people, "  the server says: bad token\n"));
        assert_string_equal(result, "");
    }
}

static void test_network_that_fails(void **state)
{
    (void)state;
    static const struct {
        ardoq_fake_call_t call;
        ardoq_err_t err;
    } rows[] = {
#if MBEDTLS_VERSION_MAJOR < 4 /* later ones draw their random numbers from PSA */
        {ARDOQ_FAKE_RANDOM, ARDOQ_ERR_RANDOM_FAILED},
#endif
        {ARDOQ_FAKE_RESOLVE_START, ARDOQ_ERR_OUT_OF_MEMORY},
        {ARDOQ_FAKE_RESOLVE_POLL, ARDOQ_ERR_HOST_NOT_FOUND},
        {ARDOQ_FAKE_CONNECT_START, ARDOQ_ERR_NETWORK_DOWN},
        {ARDOQ_FAKE_CONNECT_POLL, ARDOQ_ERR_CONNECTION_REFUSED},
        {ARDOQ_FAKE_SEND, ARDOQ_ERR_CONNECTION_CLOSED},
        {ARDOQ_FAKE_RECEIVE, ARDOQ_ERR_NETWORK_FAILED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer(json_of(ME_JSON));
        ardoq_fake_fail(rows[i].call, 1, rows[i].err);
        RUN_COMMAND(describe, 2, "me");
        assert_failed(rows[i].err);
        assert_non_null(strstr(people, "  failed in phase: "));
        memset(ardoq_fake.failures, 0, sizeof ardoq_fake.failures);
    }
}

static void test_key_that_is_unknown(void **state)
{
    (void)state;
    RUN_COMMAND(NULL, 3, "get", "hots");
    assert_failed(ARDOQ_ERR_SETTING_UNKNOWN);
    assert_non_null(strstr(people, "  setting: hots\n"));
    RUN_COMMAND(NULL, 3, "get", "ho\x1b[31mts\n");
    assert_failed(ARDOQ_ERR_SETTING_UNKNOWN);
    assert_non_null(strstr(people, "  setting: ho [31mts \n"));
    RUN_COMMAND(NULL, 4, "set", "hots", TEST_TOKEN);
    assert_failed(ARDOQ_ERR_SETTING_UNKNOWN);
    assert_non_null(strstr(people, "  setting: hots\n"));
    RUN_COMMAND(NULL, 3, "unset", "hots");
    assert_failed(ARDOQ_ERR_SETTING_UNKNOWN);
    assert_non_null(strstr(people, "  setting: hots\n"));
}

static void test_value_that_is_wrong(void **state)
{
    (void)state;
    RUN_COMMAND(NULL, 4, "set", "token", TEST_TOKEN "\n" TEST_TOKEN);
    assert_failed(ARDOQ_ERR_TOKEN_INVALID);
    assert_non_null(strstr(people, "  setting: token\n"));
    assert_stored("token", TEST_TOKEN);
}

static void test_store_that_cannot_be_written(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 1, ARDOQ_ERR_STORE_FULL);
    RUN_COMMAND(NULL, 4, "set", "host", "acme.ardoq.com");
    assert_failed(ARDOQ_ERR_STORE_FULL);
    ardoq_fake_fail(ARDOQ_FAKE_STORE_ERASE, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    RUN_COMMAND(NULL, 3, "unset", "host");
    assert_failed(ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_non_null(strstr(people, "  setting: host\n"));
    assert_stored("host", "localhost:8443");
}

/* By the class of the error, as a script of the console sees it. */
static void test_statuses(void **state)
{
    (void)state;
    answer(response_of("429 Slow", "text/plain", "slow down"));
    RUN_COMMAND(NULL, 2, "me");
    assert_int_equal(status, 4);
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    RUN_COMMAND(NULL, 2, "me");
    assert_int_equal(status, 5);
    RUN_COMMAND(NULL, 3, "get", "hots");
    assert_int_equal(status, 3);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_check),
#if ARDOQ_MODEL
        TEST(test_check_of_relations),
#endif
        TEST(test_check_that_cannot_begin),
        TEST(test_me),
        TEST(test_report),
        TEST(test_report_without_a_description),
        TEST(test_list),
        TEST(test_get),
        TEST(test_set_and_unset),
        TEST(test_set_trims_what_it_stores),
        TEST(test_set_of_pem),
        TEST(test_set_mends_the_configuration),
        TEST(test_csr),
        TEST(test_csr_beside_a_certificate),
        TEST(test_csr_of_a_serial_that_no_gateway_takes),
        TEST(test_csr_of_serials),
        TEST(test_csr_that_cannot_be_stored),
        TEST(test_csr_of_a_key_that_cannot_be_read),
        TEST(test_other_command_lines),
        TEST(test_configuration_that_cannot_be_loaded),
        TEST(test_setting_that_is_wrong),
        TEST(test_setting_that_is_missing),
        TEST(test_identity_that_cannot_be_read),
        TEST(test_description_that_fails),
        TEST(test_roots_that_cannot_be_read),
        TEST(test_roots_of_the_program),
        TEST(test_server_that_refuses),
        TEST(test_network_that_fails),
        TEST(test_key_that_is_unknown),
        TEST(test_value_that_is_wrong),
        TEST(test_store_that_cannot_be_written),
        TEST(test_statuses),
        TEST(test_status),
        TEST(test_report_is_the_reporters),
        TEST(test_change_of_a_setting_is_reported),
    };
    return cmocka_run_group_tests_name("device_commands", tests, NULL, NULL);
}
