/*
 * The identity from the lwIP port: facts of the default interface, which tests/lwip creates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <string.h>

#include "ardoq/board.h"

static ardoq_identity_t identity;

static int forget(void **state)
{
    (void)state;
    memset(&identity, 0, sizeof identity);
    netif_set_hostname(netif_default, NULL);
    return 0;
}

static void test_interface_with_ipv4(void **state)
{
    (void)state;
    ardoq_lwip_identity(&identity);
    assert_string_equal(identity.mac, "02:00:5e:10:00:01");
    assert_string_equal(identity.ip_address, "10.0.2.15");
    assert_null(identity.host_name);
}

static void test_host_name(void **state)
{
    (void)state;
    netif_set_hostname(netif_default, "pump-17");
    ardoq_lwip_identity(&identity);
    assert_string_equal(identity.host_name, "pump-17");
}

static void test_interface_with_ipv6_only(void **state)
{
    (void)state;
    const ip4_addr_t before = *netif_ip4_addr(netif_default);
    LOCK_TCPIP_CORE();
    netif_set_ipaddr(netif_default, IP4_ADDR_ANY4);
    UNLOCK_TCPIP_CORE();
    ardoq_lwip_identity(&identity);
    assert_string_equal(identity.ip_address, "FEC0::15");

    LOCK_TCPIP_CORE();
    netif_ip6_addr_set_state(netif_default, 1, IP6_ADDR_INVALID);
    UNLOCK_TCPIP_CORE();
    identity.ip_address = NULL;
    ardoq_lwip_identity(&identity);
    assert_null(identity.ip_address);

    LOCK_TCPIP_CORE();
    netif_ip6_addr_set_state(netif_default, 1, IP6_ADDR_PREFERRED);
    netif_set_ipaddr(netif_default, &before);
    UNLOCK_TCPIP_CORE();
}

static void test_another_kind_of_link_has_no_mac(void **state)
{
    (void)state;
    netif_default->hwaddr_len = 2;
    ardoq_lwip_identity(&identity);
    netif_default->hwaddr_len = 6;
    assert_null(identity.mac);
}

static void test_no_interface(void **state)
{
    (void)state;
    struct netif *before = netif_default;
    identity.model = "kept";
    netif_default = NULL;
    ardoq_lwip_identity(&identity);
    netif_default = before;
    assert_null(identity.ip_address);
    assert_string_equal(identity.model, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_interface_with_ipv4, forget),
        cmocka_unit_test_setup(test_host_name, forget),
        cmocka_unit_test_setup(test_interface_with_ipv6_only, forget),
        cmocka_unit_test_setup(test_another_kind_of_link_has_no_mac, forget),
        cmocka_unit_test_setup(test_no_interface, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
