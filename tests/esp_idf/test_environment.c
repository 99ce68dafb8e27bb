/* A chip has no environment, whatever its C library says; the simulator has its host's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ardoq/port.h"

static void test_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("ARDOQ_HOST", "acme.ardoq.com", 1), 0);
    assert_int_equal(unsetenv("ARDOQ_TOKEN"), 0);
    assert_null(ardoq_port_environment("ARDOQ_TOKEN"));
#ifdef CONFIG_IDF_TARGET_LINUX
    assert_string_equal(ardoq_port_environment("ARDOQ_HOST"), "acme.ardoq.com");
#else
    assert_null(ardoq_port_environment("ARDOQ_HOST"));
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_environment)};
    return cmocka_run_group_tests_name("esp_idf_environment", tests, NULL, NULL);
}
