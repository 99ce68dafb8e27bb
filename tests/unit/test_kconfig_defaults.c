/* A default of Kconfig that its setting does not take: the build cannot tell, the first load does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ardoq/build_config.h"

#undef ARDOQ_DEFAULT_TOKEN
#undef ARDOQ_DEFAULT_WORKSPACE
#define ARDOQ_DEFAULT_TOKEN     "adq_secret"
#define ARDOQ_DEFAULT_WORKSPACE "devices"

/* Takes the place of the library's own. */
#include "../../components/settings/settings_load.c"

#include "ardoq/port_fake.h"

static ardoq_config_t config;
static const char *setting;

static void test_defaults(void **state)
{
    (void)state;
    assert_int_equal(ardoq_config_defaults(&config, &setting), ARDOQ_ERR_WORKSPACE_INVALID);
    assert_string_equal(setting, "workspace");
}

/* Not even a good value of the store helps; nothing of the token is left. */
static void test_load(void **state)
{
    (void)state;
    static const ardoq_config_t zero;
    ardoq_fake_reset();
    ardoq_port_store_set("workspace", "0123456789abcdef01234567");
    assert_int_equal(ardoq_config_load(&config, &setting), ARDOQ_ERR_WORKSPACE_INVALID);
    assert_string_equal(setting, "workspace");
    assert_memory_equal(&config, &zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests_name("kconfig_defaults", tests, NULL, NULL);
}
