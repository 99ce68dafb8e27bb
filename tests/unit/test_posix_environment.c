/* The environment as a source of settings: -Wl,--wrap=secure_getenv, which returns nothing in a
 * program with more rights than its user. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"

static bool has_more_rights;

char *__wrap_secure_getenv(const char *name);
char *__wrap_secure_getenv(const char *name)
{
    return has_more_rights ? NULL : getenv(name);
}

static int set_up(void **state)
{
    (void)state;
    has_more_rights = false;
    return clearenv();
}

static ardoq_err_t note_value(void *context, const char *key, const char *value)
{
    char *noted = context;
    strcat(strcat(strcat(noted, key), "="), value);
    strcat(noted, ";");
    return strcmp(key, "last") == 0 ? ARDOQ_ERR_SETTING_INVALID : ARDOQ_OK;
}

static void assert_each(ardoq_err_t expected, const char *values)
{
    char noted[256] = "";
    assert_int_equal(ardoq_posix_environment_each(note_value, noted), expected);
    assert_string_equal(noted, values);
}

static void put(const char *name, const char *value)
{
    assert_int_equal(setenv(name, value, 1), 0);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *key; /* null: it is no setting's variable */
    } rows[] = {
        {"ARDOQ_API_HOST", "host"},
        {"ARDOQ_API_TOKEN", "token"},
        {"ARDOQ_HOST", NULL},
        {"ARDOQ_TOKEN", NULL},
        {"ARDOQ_API_MODEL", NULL},
        {"ARDOQ_API_", NULL},
        {"ARDOQ_ORG_LABEL", "org_label"},
        {"ARDOQ_PIN0", "pin0"},
        {"ARDOQ_09_AZ", "09_az"},
        {"ARDOQ_A_KEY_OF_15_CHA", "a_key_of_15_cha"},
        {"ARDOQ_A_KEY_OF_16_CHAR", NULL},
        {"ARDOQ_API_A_KEY_OF_15_CHA", NULL},
        {"ARDOQ_", NULL},
        {"ARDOQ", NULL},
        {"ardoq_model", NULL},
        {"ARDOQ_model", NULL},
        {"ARDOQ_MODe", NULL},
        {"ARDOQ_A-B", NULL},
        {"ARDOQ_A/", NULL},
        {"ARDOQ_A:", NULL},
        {"ARDOQ_A@", NULL},
        {"ARDOQ_A[", NULL},
        {"ARDOQ_\xc3\xa6", NULL},
        {"XARDOQ_MODEL", NULL},
        {"PATH", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[64] = "";
        if (rows[i].key) {
            strcat(strcat(expected, rows[i].key), "=a=b;");
        }
        assert_int_equal(clearenv(), 0);
        put(rows[i].name, "a=b");
        assert_each(ARDOQ_OK, expected);
    }
}

/* An empty variable is none. */
static void test_values(void **state)
{
    (void)state;
    assert_each(ARDOQ_OK, "");
    put("ARDOQ_API_HOST", "");
    put("ARDOQ_MODEL", " ");
    put("ARDOQ_ORG_LABEL", "\r\n");
    put("ARDOQ_ANY", "a");
    put("ARDOQ_KEY_MAC", "");
    put("ARDOQ_KEYS", "");
    put("PATH", "/bin");
    put("ARDOQ_LAST", " l ");
    put("ARDOQ_PIN0", "p");
    assert_each(ARDOQ_ERR_SETTING_INVALID, "any=a;key_mac=;last= l ;");
}

static void test_more_rights(void **state)
{
    (void)state;
    put("ARDOQ_API_TOKEN", "t");
    has_more_rights = true;
    assert_each(ARDOQ_OK, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_names, set_up),
        cmocka_unit_test_setup(test_values, set_up),
        cmocka_unit_test_setup(test_more_rights, set_up),
    };
    return cmocka_run_group_tests_name("posix_environment", tests, NULL, NULL);
}
