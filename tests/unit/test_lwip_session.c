/* The TLS session in RAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"

static unsigned char data[ARDOQ_SESSION_SIZE + 1];
static size_t length;

static void test_a_session_is_kept_replaced_and_erased(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_session_write("first", 5), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_write("next", 4), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, 4);
    assert_memory_equal(data, "next", 4);
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_ERR_NOT_SET);
}

static void test_sizes(void **state)
{
    (void)state;
    memset(data, 'x', sizeof data);
    assert_int_equal(ardoq_port_session_write(data, ARDOQ_SESSION_SIZE), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, ARDOQ_SESSION_SIZE - 1, &length),
                     ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_session_read(data, ARDOQ_SESSION_SIZE, &length), ARDOQ_OK);
    assert_int_equal(length, ARDOQ_SESSION_SIZE);
    assert_int_equal(ardoq_port_session_write(data, sizeof data), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_ERR_NOT_SET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session_is_kept_replaced_and_erased),
        cmocka_unit_test(test_sizes),
    };
    return cmocka_run_group_tests_name("lwip_session", tests, NULL, NULL);
}
