/*
 * Name resolution of the lwIP port, in real lwIP with the interface of tests/lwip. The name server
 * is scripted: -Wl,--wrap=NAME for dns_gethostbyname_addrtype, mem_calloc, mem_free, sys_now and
 * tcpip_try_callback. That real answers are understood is tested in tests/integration.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lwip/dns.h>
#include <lwip/mem.h>
#include <lwip/netif.h>
#include <lwip/sys.h>
#include <lwip/tcpip.h>
#include <stdatomic.h>
#include <string.h>

#include "ardoq/port.h"

enum { BOUND_MS = 10000, QUESTIONS_MAX = 4, LAST_ATTEMPT_MS = 6000 };

/* ---- The script ------------------------------------------------------------------------------ */

typedef struct {
    u8_t type;
    char host[64];
    dns_found_callback found;
    void *argument;
} question_t;

static struct {
    err_t codes[2]; /* of the question for IPv4, and for IPv6: their numbers in lwIP */
    ip_addr_t cached;
    bool no_memory;
    bool no_room; /* in the mailbox of lwIP's thread */
    atomic_uint later_ms;
} script;

static struct {
    question_t questions[QUESTIONS_MAX];
    const char *asked_host; /* lwIP may keep no copy of it while it asks */
    atomic_uint question_count;
    _Atomic(void *) lookup; /* on lwIP's heap; null when it is freed */
} seen;

err_t __wrap_dns_gethostbyname_addrtype(const char *host, ip_addr_t *address,
                                        dns_found_callback found, void *argument, u8_t type);
err_t __wrap_dns_gethostbyname_addrtype(const char *host, ip_addr_t *address,
                                        dns_found_callback found, void *argument, u8_t type)
{
    question_t *question = &seen.questions[atomic_load(&seen.question_count)];
    *question = (question_t){.type = type, .found = found, .argument = argument};
    strncpy(question->host, host, sizeof question->host - 1);
    seen.asked_host = host;
    *address = script.cached;
    atomic_fetch_add(&seen.question_count, 1);
    return script.codes[type];
}

void *__real_mem_calloc(mem_size_t count, mem_size_t size);
void *__wrap_mem_calloc(mem_size_t count, mem_size_t size);
void *__wrap_mem_calloc(mem_size_t count, mem_size_t size)
{
    if (script.no_memory) {
        return NULL;
    }
    void *lookup = __real_mem_calloc(count, size);
    atomic_store(&seen.lookup, lookup);
    return lookup;
}

void __real_mem_free(void *memory);
void __wrap_mem_free(void *memory);
void __wrap_mem_free(void *memory)
{
    void *lookup = memory;
    __real_mem_free(memory);
    atomic_compare_exchange_strong(&seen.lookup, &lookup, NULL);
}

u32_t __real_sys_now(void);
u32_t __wrap_sys_now(void);
u32_t __wrap_sys_now(void)
{
    return __real_sys_now() + atomic_load(&script.later_ms);
}

err_t __real_tcpip_try_callback(tcpip_callback_fn function, void *argument);
err_t __wrap_tcpip_try_callback(tcpip_callback_fn function, void *argument);
err_t __wrap_tcpip_try_callback(tcpip_callback_fn function, void *argument)
{
    return script.no_room ? ERR_MEM : __real_tcpip_try_callback(function, argument);
}

/* ---- Helpers --------------------------------------------------------------------------------- */

static const ip_addr_t ipv4_answer = IPADDR4_INIT_BYTES(192, 0, 2, 7);
static ip_addr_t ipv6_answer;

static ardoq_port_resolve_t resolve;
static ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
static size_t count;

static int set_up(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    memset(&seen, 0, sizeof seen);
    memset(addresses, 0, sizeof addresses);
    script.codes[LWIP_DNS_ADDRTYPE_IPV4] = ERR_INPROGRESS;
    script.codes[LWIP_DNS_ADDRTYPE_IPV6] = ERR_INPROGRESS;
    ipaddr_aton("2001:db8::7", &ipv6_answer);
    count = 0;
    LOCK_TCPIP_CORE();
    netif_set_up(netif_default);
    netif_set_link_up(netif_default);
    netif_ip6_addr_set_state(netif_default, 1, IP6_ADDR_PREFERRED);
    UNLOCK_TCPIP_CORE();
    return 0;
}

static void start(void)
{
    assert_int_equal(ardoq_port_resolve_start(&resolve, "devices.example"), ARDOQ_OK);
    assert_non_null(resolve.state);
}

/* Lets lwIP's thread come to its last question. */
static void await_questions(unsigned number)
{
    const uint32_t began = __real_sys_now();
    while (atomic_load(&seen.question_count) < number && __real_sys_now() - began < BOUND_MS) {
        sys_msleep(1);
    }
    assert_int_equal(atomic_load(&seen.question_count), number);
}

static void start_and_ask(unsigned number)
{
    atomic_store(&seen.question_count, 0);
    start();
    await_questions(number);
}

/* As lwIP does, in its thread or under its lock. */
static void answer(unsigned index, const ip_addr_t *address)
{
    const question_t *question = &seen.questions[index];
    LOCK_TCPIP_CORE();
    question->found(question->host, address, question->argument);
    UNLOCK_TCPIP_CORE();
}

static ardoq_err_t end(void)
{
    const uint32_t began = __real_sys_now();
    ardoq_err_t err;
    while ((err = ardoq_port_resolve_poll(&resolve, addresses, &count)) == ARDOQ_PENDING &&
           __real_sys_now() - began < BOUND_MS) {
        sys_msleep(1);
    }
    assert_null(resolve.state);
    assert_null(atomic_load(&seen.lookup));
    return err;
}

static void assert_ipv4(const ardoq_port_address_t *address)
{
    static const uint8_t bytes[16] = {192, 0, 2, 7};
    assert_int_equal(address->size, 4);
    assert_memory_equal(address->bytes, bytes, sizeof bytes);
    assert_int_equal(address->scope, 0);
}

static void assert_ipv6(const ardoq_port_address_t *address)
{
    static const uint8_t bytes[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
    assert_int_equal(address->size, 16);
    assert_memory_equal(address->bytes, bytes, sizeof bytes);
    assert_int_equal(address->scope, 0);
}

/* ---- What is asked --------------------------------------------------------------------------- */

static void assert_both_found(void)
{
    assert_int_equal(end(), ARDOQ_OK);
    assert_int_equal(count, 2);
    assert_ipv6(&addresses[0]);
    assert_ipv4(&addresses[1]);
}

static void test_ipv6_is_asked_for_and_tried_first(void **state)
{
    (void)state;
    start_and_ask(2);
    assert_int_equal(seen.questions[0].type, LWIP_DNS_ADDRTYPE_IPV6);
    assert_int_equal(seen.questions[1].type, LWIP_DNS_ADDRTYPE_IPV4);
    assert_string_equal(seen.questions[0].host, "devices.example");
    assert_int_equal(ardoq_port_resolve_poll(&resolve, addresses, &count), ARDOQ_PENDING);
    answer(0, &ipv6_answer);
    assert_int_equal(ardoq_port_resolve_poll(&resolve, addresses, &count), ARDOQ_PENDING);
    answer(1, &ipv4_answer);
    assert_both_found();
}

static void test_the_order_of_the_answers_does_not_matter(void **state)
{
    (void)state;
    start_and_ask(2);
    answer(1, &ipv4_answer);
    assert_int_equal(ardoq_port_resolve_poll(&resolve, addresses, &count), ARDOQ_PENDING);
    answer(0, &ipv6_answer);
    assert_both_found();
}

/* In which lwIP asks once more for what has no answer. */
enum { SHORT_WAIT_MS = 1500 };

/* A name server may answer one type and drop the other. */
static void assert_goes_on_without(unsigned missing)
{
    start_and_ask(2);
    atomic_store(&script.later_ms, 0);
    answer(1 - missing, missing == 0 ? &ipv4_answer : &ipv6_answer);
    atomic_store(&script.later_ms, SHORT_WAIT_MS - 500);
    assert_int_equal(ardoq_port_resolve_poll(&resolve, addresses, &count), ARDOQ_PENDING);
    atomic_store(&script.later_ms, SHORT_WAIT_MS);
    assert_int_equal(ardoq_port_resolve_poll(&resolve, addresses, &count), ARDOQ_OK);
    assert_int_equal(resolve.platform_code, 0);
    assert_int_equal(count, 1);
    if (missing == 0) {
        assert_ipv4(&addresses[0]);
    } else {
        assert_ipv6(&addresses[0]);
    }
    assert_null(resolve.state);
    /* It lands in what is still there for it. */
    assert_non_null(atomic_load(&seen.lookup));
    answer(missing, missing == 0 ? &ipv6_answer : &ipv4_answer);
    assert_null(atomic_load(&seen.lookup));
}

static void test_one_type_does_not_hold_the_other_up(void **state)
{
    (void)state;
    assert_goes_on_without(0);
    assert_goes_on_without(1);
}

static void test_the_host_is_copied(void **state)
{
    (void)state;
    char host[] = "devices.example";
    assert_int_equal(ardoq_port_resolve_start(&resolve, host), ARDOQ_OK);
    memset(host, 'x', sizeof host - 1);
    await_questions(2);
    assert_ptr_not_equal(seen.asked_host, host);
    answer(0, NULL);
    answer(1, NULL);
    end();
}

/* lwIP would put an empty label into the question. */
static void test_an_absolute_name_is_asked_for_without_its_dot(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_resolve_start(&resolve, "devices.example."), ARDOQ_OK);
    await_questions(2);
    assert_string_equal(seen.questions[0].host, "devices.example");
    answer(0, NULL);
    answer(1, NULL);
    end();
}

static void test_an_answer_that_lwip_has_already(void **state)
{
    (void)state;
    script.codes[LWIP_DNS_ADDRTYPE_IPV6] = ERR_VAL;
    script.codes[LWIP_DNS_ADDRTYPE_IPV4] = ERR_OK;
    script.cached = ipv4_answer;
    start();
    assert_int_equal(end(), ARDOQ_OK);
    assert_int_equal(resolve.platform_code, 0);
    assert_int_equal(count, 1);
    assert_ipv4(&addresses[0]);
}

static void assert_asked_alone(u8_t type)
{
    start_and_ask(1);
    assert_int_equal(seen.questions[0].type, type);
    answer(0, type == LWIP_DNS_ADDRTYPE_IPV4 ? &ipv4_answer : &ipv6_answer);
    assert_int_equal(end(), ARDOQ_OK);
    assert_int_equal(atomic_load(&seen.question_count), 1);
    assert_int_equal(count, 1);
}

static void set_ipv6(const char *address, u8_t address_state)
{
    ip6_addr_t ipv6;
    ip6addr_aton(address, &ipv6);
    LOCK_TCPIP_CORE();
    netif_ip6_addr_set(netif_default, 1, &ipv6);
    netif_ip6_addr_set_state(netif_default, 1, address_state);
    UNLOCK_TCPIP_CORE();
}

static void test_without_ipv6_only_ipv4_is_asked_for(void **state)
{
    (void)state;
    set_ipv6("fec0::15", IP6_ADDR_TENTATIVE);
    assert_asked_alone(LWIP_DNS_ADDRTYPE_IPV4);
    set_ipv6("fec0::15", IP6_ADDR_PREFERRED);
}

static void test_a_link_local_address_leads_nowhere(void **state)
{
    (void)state;
    set_ipv6("fe80::15", IP6_ADDR_PREFERRED);
    assert_asked_alone(LWIP_DNS_ADDRTYPE_IPV4);
    set_ipv6("::1", IP6_ADDR_PREFERRED);
    assert_asked_alone(LWIP_DNS_ADDRTYPE_IPV4);
    set_ipv6("fec0::15", IP6_ADDR_PREFERRED);
}

static void set_ipv4(const ip4_addr_t *address)
{
    LOCK_TCPIP_CORE();
    netif_set_ipaddr(netif_default, address);
    UNLOCK_TCPIP_CORE();
}

static void test_without_ipv4_only_ipv6_is_asked_for(void **state)
{
    (void)state;
    const ip4_addr_t before = *netif_ip4_addr(netif_default);
    ip4_addr_t loopback;
    ip4_addr_set_loopback(&loopback);
    set_ipv4(IP4_ADDR_ANY4);
    assert_asked_alone(LWIP_DNS_ADDRTYPE_IPV6);
    set_ipv4(&loopback);
    assert_asked_alone(LWIP_DNS_ADDRTYPE_IPV6);
    set_ipv4(&before);
}

/* ---- Failures -------------------------------------------------------------------------------- */

static void test_no_interface_is_up(void **state)
{
    (void)state;
    LOCK_TCPIP_CORE();
    netif_set_down(netif_default);
    UNLOCK_TCPIP_CORE();
    start();
    assert_int_equal(end(), ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(atomic_load(&seen.question_count), 0);
}

static void test_no_link(void **state)
{
    (void)state;
    LOCK_TCPIP_CORE();
    netif_set_link_down(netif_default);
    UNLOCK_TCPIP_CORE();
    start();
    assert_int_equal(end(), ARDOQ_ERR_NETWORK_DOWN);
}

static void test_no_such_host(void **state)
{
    (void)state;
    start_and_ask(2);
    answer(0, NULL);
    answer(1, NULL);
    assert_int_equal(end(), ARDOQ_ERR_HOST_NOT_FOUND);
    assert_int_equal(count, 0);
    assert_int_equal(resolve.platform_code, ERR_OK);
}

/* The last moment at which it must have been an answer, and the first at which it need not. */
static void test_silence_is_told_by_its_length(void **state)
{
    (void)state;
    script.codes[LWIP_DNS_ADDRTYPE_IPV6] = ERR_VAL;
    script.codes[LWIP_DNS_ADDRTYPE_IPV4] = ERR_INPROGRESS;
    set_ipv6("fec0::15", IP6_ADDR_INVALID);
    start_and_ask(1);
    atomic_store(&script.later_ms, LAST_ATTEMPT_MS - 1000);
    answer(0, NULL);
    assert_int_equal(end(), ARDOQ_ERR_HOST_NOT_FOUND);

    start_and_ask(1);
    atomic_fetch_add(&script.later_ms, LAST_ATTEMPT_MS);
    answer(0, NULL);
    assert_int_equal(end(), ARDOQ_ERR_RESOLVE_FAILED);
    assert_int_equal(resolve.platform_code, ERR_TIMEOUT);
    set_ipv6("fec0::15", IP6_ADDR_PREFERRED);
}

static void test_silence_for_one_type_is_no_proof(void **state)
{
    (void)state;
    start_and_ask(2);
    answer(1, NULL);
    atomic_store(&script.later_ms, LAST_ATTEMPT_MS);
    answer(0, NULL);
    assert_int_equal(end(), ARDOQ_ERR_RESOLVE_FAILED);
    assert_int_equal(resolve.platform_code, ERR_TIMEOUT);
}

static void test_one_address_is_enough(void **state)
{
    (void)state;
    start_and_ask(2);
    answer(1, &ipv4_answer);
    atomic_store(&script.later_ms, LAST_ATTEMPT_MS);
    answer(0, NULL);
    assert_int_equal(end(), ARDOQ_OK);
    assert_int_equal(resolve.platform_code, 0);
    assert_int_equal(count, 1);
    assert_ipv4(&addresses[0]);
}

static void test_no_name_server(void **state)
{
    (void)state;
    script.codes[LWIP_DNS_ADDRTYPE_IPV6] = ERR_VAL;
    script.codes[LWIP_DNS_ADDRTYPE_IPV4] = ERR_VAL;
    start();
    assert_int_equal(end(), ARDOQ_ERR_RESOLVE_FAILED);
    assert_int_equal(resolve.platform_code, ERR_VAL);
}

static void test_lwip_has_no_room_for_a_question(void **state)
{
    (void)state;
    script.codes[LWIP_DNS_ADDRTYPE_IPV4] = ERR_MEM;
    start_and_ask(2);
    answer(0, NULL);
    assert_int_equal(end(), ARDOQ_ERR_OUT_OF_MEMORY);
    assert_int_equal(resolve.platform_code, ERR_MEM);
}

/* lwIP joins the same question to the one that is still open, and both end together: too soon for
 * the second one to know why. */
static void test_a_question_that_may_have_been_joined_proves_nothing(void **state)
{
    (void)state;
    start_and_ask(2);
    const question_t abandoned[] = {seen.questions[0], seen.questions[1]};
    ardoq_port_resolve_abandon(&resolve);
    start_and_ask(2);
    answer(0, NULL);
    answer(1, NULL);
    const ardoq_err_t err = ardoq_port_resolve_poll(&resolve, addresses, &count);
    seen.questions[0] = abandoned[0];
    seen.questions[1] = abandoned[1];
    answer(0, NULL);
    answer(1, NULL);
    assert_int_equal(err, ARDOQ_ERR_RESOLVE_FAILED);

    start_and_ask(2);
    answer(0, NULL);
    answer(1, NULL);
    assert_int_equal(end(), ARDOQ_ERR_HOST_NOT_FOUND);
}

static void test_no_memory(void **state)
{
    (void)state;
    script.no_memory = true;
    assert_int_equal(ardoq_port_resolve_start(&resolve, "h"), ARDOQ_ERR_OUT_OF_MEMORY);
    assert_null(resolve.state);
}

static void test_no_room_in_the_mailbox(void **state)
{
    (void)state;
    script.no_room = true;
    assert_int_equal(ardoq_port_resolve_start(&resolve, "h"), ARDOQ_ERR_OUT_OF_MEMORY);
    assert_null(resolve.state);
    assert_int_equal(resolve.platform_code, ERR_MEM);
    assert_null(atomic_load(&seen.lookup));
}

/* ---- Giving up ------------------------------------------------------------------------------- */

static void test_a_late_answer_frees_what_was_abandoned(void **state)
{
    (void)state;
    start_and_ask(2);
    ardoq_port_resolve_abandon(&resolve);
    assert_null(resolve.state);
    answer(0, &ipv6_answer);
    assert_non_null(atomic_load(&seen.lookup));
    answer(1, &ipv4_answer);
    assert_null(atomic_load(&seen.lookup));
}

static void test_an_answer_that_nobody_fetches(void **state)
{
    (void)state;
    start_and_ask(2);
    answer(0, &ipv6_answer);
    answer(1, &ipv4_answer);
    assert_non_null(atomic_load(&seen.lookup));
    ardoq_port_resolve_abandon(&resolve);
    assert_null(atomic_load(&seen.lookup));
    ardoq_port_resolve_abandon(&resolve);
    assert_null(atomic_load(&seen.lookup));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_ipv6_is_asked_for_and_tried_first, set_up),
        cmocka_unit_test_setup(test_the_order_of_the_answers_does_not_matter, set_up),
        cmocka_unit_test_setup(test_one_type_does_not_hold_the_other_up, set_up),
        cmocka_unit_test_setup(test_the_host_is_copied, set_up),
        cmocka_unit_test_setup(test_an_absolute_name_is_asked_for_without_its_dot, set_up),
        cmocka_unit_test_setup(test_an_answer_that_lwip_has_already, set_up),
        cmocka_unit_test_setup(test_without_ipv6_only_ipv4_is_asked_for, set_up),
        cmocka_unit_test_setup(test_a_link_local_address_leads_nowhere, set_up),
        cmocka_unit_test_setup(test_without_ipv4_only_ipv6_is_asked_for, set_up),
        cmocka_unit_test_setup(test_no_interface_is_up, set_up),
        cmocka_unit_test_setup(test_no_link, set_up),
        cmocka_unit_test_setup(test_no_such_host, set_up),
        cmocka_unit_test_setup(test_silence_is_told_by_its_length, set_up),
        cmocka_unit_test_setup(test_silence_for_one_type_is_no_proof, set_up),
        cmocka_unit_test_setup(test_one_address_is_enough, set_up),
        cmocka_unit_test_setup(test_no_name_server, set_up),
        cmocka_unit_test_setup(test_lwip_has_no_room_for_a_question, set_up),
        cmocka_unit_test_setup(test_a_question_that_may_have_been_joined_proves_nothing, set_up),
        cmocka_unit_test_setup(test_no_memory, set_up),
        cmocka_unit_test_setup(test_no_room_in_the_mailbox, set_up),
        cmocka_unit_test_setup(test_a_late_answer_frees_what_was_abandoned, set_up),
        cmocka_unit_test_setup(test_an_answer_that_nobody_fetches, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
