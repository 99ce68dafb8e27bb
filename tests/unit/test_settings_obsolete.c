/* Without the conversion, a setting of earlier versions is refused all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ardoq/build_config.h"

#undef ARDOQ_OBSOLETE_SETTINGS
#define ARDOQ_OBSOLETE_SETTINGS 0

/* Takes the place of the library's own. */
#include "../../components/settings/settings_obsolete.c"

#include "ardoq/port_fake.h"

static void test_obsolete_setting(void **state)
{
    (void)state;
    static ardoq_config_t config;
    const char *setting;
    ardoq_fake_reset();
    ardoq_port_store_set("key", "other settings are none of them");
    ardoq_port_store_set("keyboard", "nor those of other programs");
    assert_int_equal(ardoq_config_load(&config, &setting), ARDOQ_OK);
    ardoq_port_store_set("key_mac", "");
    assert_int_equal(ardoq_config_load(&config, &setting), ARDOQ_ERR_SETTING_OBSOLETE);
    assert_string_equal(setting, "key_...");
    assert_string_equal(config.fields, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_obsolete_setting)};
    return cmocka_run_group_tests_name("settings_obsolete", tests, NULL, NULL);
}
