/* Addresses as RFC 5952 writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "../../components/commands/console.h"

static void assert_text(const char *expected)
{
    ardoq_port_address_t address = {.size = 16};
    if (inet_pton(AF_INET6, expected, address.bytes) != 1) {
        address.size = 4;
        assert_int_equal(inet_pton(AF_INET, expected, address.bytes), 1);
    }
    assert_string_equal(ardoq_ip_text(&address).text, expected);
}

static void test_ipv4(void **state)
{
    (void)state;
    assert_text("0.0.0.0");
    assert_text("192.0.2.1");
    assert_text("255.255.255.255");
}

static void test_ipv6(void **state)
{
    (void)state;
    assert_text("2001:db8:1:2:3:4:5:6");
    assert_text("abcd:ef01:2345:6789:abcd:ef01:2345:6789");
    assert_text("::");
    assert_text("::1");
    assert_text("1::");
    assert_text("fe80::1");
    assert_text("2001:db8::10:0:0:1000");
    assert_text("::1:0:0:2:0:0");
    assert_text("1:2:3:4:5:6::");
    assert_text("::3:4:5:6:7:8");
}

/* A single zero is not shortened; the longest run is, the first of two. */
static void test_gaps(void **state)
{
    (void)state;
    assert_text("2001:db8:0:1:1:1:1:1");
    assert_text("0:1:2:3:4:5:6:7");
    assert_text("1:2:3:4:5:6:7:0");
    assert_text("2001:0:0:1::1");
    assert_text("2001::1:0:0:1");
    assert_text("1::2:0:0:3:4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_gaps),
    };
    return cmocka_run_group_tests_name("ip_address", tests, NULL, NULL);
}
