/*
 * Name resolution of the POSIX port. The system's resolver is scripted, so that no test needs a
 * network: -Wl,--wrap=NAME for calloc, free, freeaddrinfo, freeifaddrs, getaddrinfo, getifaddrs,
 * pthread_attr_init and pthread_create.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ardoq/port.h"

enum { BOUND_MS = 30000, ADDRESSES_MAX = 12 };

/* ---- The script ------------------------------------------------------------------------------ */

static struct {
    bool real;       /* the system's own resolver answers */
    bool waits;      /* the answer comes when `gate` is opened */
    bool both_wait;  /* so does that to a question for both families at once */
    bool ipv4_waits; /* and for one */
    bool ipv6_waits;
    int ipv4_code; /* what getaddrinfo() returns to a question for one family */
    int ipv6_code;
    struct addrinfo *ipv4; /* its answer then */
    struct addrinfo *ipv6;
    bool is_noted;   /* getaddrinfo() notes how it was called; for one lookup at a time */
    int code;        /* what getaddrinfo() returns */
    int system_code; /* errno after EAI_SYSTEM */
    struct addrinfo *answer;
    struct ifaddrs *interfaces;
    bool no_interfaces; /* getifaddrs() fails */
    bool no_attributes;
    bool no_thread;
    bool no_memory;
} script;

static struct {
    char host[64];
    struct addrinfo hints;
    bool has_service;
    sigset_t blocked;
    size_t stack_size;
    int detach_state;
    atomic_int asked[3]; /* for both families, IPv4, IPv6 */
    atomic_int answers_freed;
    atomic_int interfaces_freed;
    atomic_int lookups; /* on the heap */
} seen;

static sem_t gate;

static void note_call(const char *host, const char *service, const struct addrinfo *hints)
{
    snprintf(seen.host, sizeof seen.host, "%s", host);
    seen.has_service = service != NULL;
    seen.hints = *hints;
    pthread_sigmask(SIG_SETMASK, NULL, &seen.blocked);
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &seen.stack_size);
        pthread_attr_getdetachstate(&attributes, &seen.detach_state);
        pthread_attr_destroy(&attributes);
    }
}

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **answer);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **answer);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **answer)
{
    if (script.real) {
        return __real_getaddrinfo(host, service, hints, answer);
    }
    const int family = hints->ai_family;
    seen.asked[family == AF_INET ? 1 : family == AF_INET6 ? 2 : 0]++;
    if (script.waits || (script.both_wait && family == AF_UNSPEC) ||
        (script.ipv4_waits && family == AF_INET) || (script.ipv6_waits && family == AF_INET6)) {
        while (sem_wait(&gate) < 0) {
        }
        return EAI_AGAIN;
    }
    if (script.both_wait) {
        *answer = family == AF_INET ? script.ipv4 : script.ipv6;
        return family == AF_INET ? script.ipv4_code : script.ipv6_code;
    }
    if (script.is_noted) {
        note_call(host, service, hints);
    }
    *answer = script.answer;
    errno = script.system_code;
    return script.code;
}

void __real_freeaddrinfo(struct addrinfo *answer);
void __wrap_freeaddrinfo(struct addrinfo *answer);
void __wrap_freeaddrinfo(struct addrinfo *answer)
{
    if (script.real) {
        __real_freeaddrinfo(answer);
    } else if (answer == script.answer || answer == script.ipv4 || answer == script.ipv6) {
        seen.answers_freed++;
    }
}

int __real_getifaddrs(struct ifaddrs **interfaces);
int __wrap_getifaddrs(struct ifaddrs **interfaces);
int __wrap_getifaddrs(struct ifaddrs **interfaces)
{
    if (script.real) {
        return __real_getifaddrs(interfaces);
    }
    *interfaces = script.interfaces;
    errno = EACCES;
    return script.no_interfaces ? -1 : 0;
}

void __real_freeifaddrs(struct ifaddrs *interfaces);
void __wrap_freeifaddrs(struct ifaddrs *interfaces);
void __wrap_freeifaddrs(struct ifaddrs *interfaces)
{
    if (script.real) {
        __real_freeifaddrs(interfaces);
    } else if (interfaces == script.interfaces) {
        seen.interfaces_freed++;
    }
}

int __real_pthread_attr_init(pthread_attr_t *attributes);
int __wrap_pthread_attr_init(pthread_attr_t *attributes);
int __wrap_pthread_attr_init(pthread_attr_t *attributes)
{
    return script.no_attributes ? ENOMEM : __real_pthread_attr_init(attributes);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*body)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*body)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*body)(void *), void *argument)
{
    return script.no_thread ? EAGAIN : __real_pthread_create(thread, attributes, body, argument);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    if (script.no_memory) {
        return NULL;
    }
    seen.lookups++;
    return __real_calloc(count, size);
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    __real_free(memory);
    seen.lookups--;
}

static struct sockaddr_in up_address = {.sin_family = AF_INET};
static struct ifaddrs interface_up = {
    .ifa_name = "eth0",
    .ifa_flags = IFF_UP | IFF_RUNNING,
    .ifa_addr = (struct sockaddr *)&up_address,
};

static struct sockaddr_in6 up_address6 = {.sin6_family = AF_INET6};
static struct ifaddrs interface_up6 = {
    .ifa_name = "eth0",
    .ifa_flags = IFF_UP | IFF_RUNNING,
    .ifa_addr = (struct sockaddr *)&up_address6,
    .ifa_next = &interface_up,
};

static int set_up(void **state)
{
    (void)state;
    inet_pton(AF_INET6, "2001:db8::15", &up_address6.sin6_addr);
    memset(&script, 0, sizeof script);
    memset(&seen, 0, sizeof seen);
    script.interfaces = &interface_up6;
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    return sem_init(&gate, 0, 0);
}

static void pause_shortly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* The worker may be a little later than its answer. */
static void assert_all_freed(void)
{
    const uint64_t end = ardoq_port_uptime_ms() + BOUND_MS;
    while (seen.lookups != 0 && ardoq_port_uptime_ms() < end) {
        pause_shortly();
    }
    assert_int_equal(seen.lookups, 0);
}

static int tear_down(void **state)
{
    (void)state;
    assert_all_freed();
    return sem_destroy(&gate);
}

/* ---- One lookup ------------------------------------------------------------------------------ */

typedef struct {
    ardoq_err_t err;
    int platform_code;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count;
} result_t;

static result_t resolve(const char *host)
{
    result_t result = {0};
    ardoq_port_resolve_t lookup = {.state = &lookup, .platform_code = 99};
    result.err = ardoq_port_resolve_start(&lookup, host);
    if (!result.err) {
        const uint64_t end = ardoq_port_uptime_ms() + BOUND_MS;
        do {
            result.err = ardoq_port_resolve_poll(&lookup, result.addresses, &result.count);
            pause_shortly();
        } while (result.err == ARDOQ_PENDING && ardoq_port_uptime_ms() < end);
    }
    assert_null(lookup.state);
    result.platform_code = lookup.platform_code;
    return result;
}

/* Makes getaddrinfo() answer with these texts, such as fe80::1%2 with a scope, or "unix" for what
 * is no IP address. */
static void answer_with(const char *const *texts, size_t count)
{
    static struct addrinfo infos[ADDRESSES_MAX];
    static union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } addresses[ADDRESSES_MAX];
    assert_in_range(count, 0, ADDRESSES_MAX);
    memset(addresses, 0, sizeof addresses);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", texts[i]);
        char *percent = strchr(text, '%');
        if (percent) {
            *percent = '\0';
            addresses[i].v6.sin6_scope_id = (uint32_t)atoi(percent + 1);
        }
        if (inet_pton(AF_INET6, text, &addresses[i].v6.sin6_addr) == 1) {
            addresses[i].any.sa_family = AF_INET6;
        } else if (inet_pton(AF_INET, text, &addresses[i].v4.sin_addr) == 1) {
            addresses[i].any.sa_family = AF_INET;
        } else {
            addresses[i].any.sa_family = AF_UNIX;
        }
        infos[i] = (struct addrinfo){.ai_addr = &addresses[i].any,
                                     .ai_next = i + 1 < count ? &infos[i + 1] : NULL};
    }
    script.answer = count > 0 ? infos : NULL;
}

static void assert_address(const ardoq_port_address_t *address, const char *expected)
{
    char text[INET6_ADDRSTRLEN + 16] = "";
    assert_true(address->size == 4 || address->size == 16);
    assert_non_null(
        inet_ntop(address->size == 4 ? AF_INET : AF_INET6, address->bytes, text, sizeof text));
    if (address->scope) {
        snprintf(text + strlen(text), 16, "%%%u", (unsigned)address->scope);
    }
    assert_string_equal(text, expected);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *answer[ADDRESSES_MAX];
        const char *expected[ARDOQ_PORT_ADDRESSES];
    } rows[] = {
        {{"192.0.2.1"}, {"192.0.2.1"}},
        {{"2001:db8::1"}, {"2001:db8::1"}},
        {{"2001:db8::1", "192.0.2.1"}, {"2001:db8::1", "192.0.2.1"}},
        {{"192.0.2.1", "2001:db8::1"}, {"192.0.2.1", "2001:db8::1"}},
        {{"192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"}, {"192.0.2.1", "192.0.2.2"}},
        {{"::1", "2001:db8::1", "::1"}, {"::1", "2001:db8::1"}},
        {{"fe80::1%2", "fe80::1%3", "fe80::1%2"}, {"fe80::1%2", "fe80::1%3"}},
        {{"unix", "192.0.2.1", "unix"}, {"192.0.2.1"}},
        {{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"},
         {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}},
        /* The last place goes to the family that would be left out. */
        {{"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5", "192.0.2.1",
          "192.0.2.2"},
         {"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"}},
        {{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.4", "2001:db8::1"},
         {"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"}},
        {{"2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3", "192.0.2.2"},
         {"2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3"}},
        /* 0.0.0.0 and ::, whose bytes are the same as far as the shorter goes. */
        {{"0.0.0.0", "::"}, {"0.0.0.0", "::"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t answers = 0;
        while (answers < ADDRESSES_MAX && rows[i].answer[answers]) {
            answers++;
        }
        answer_with(rows[i].answer, answers);
        seen.answers_freed = 0;
        const result_t result = resolve("host.example");
        assert_int_equal(result.err, ARDOQ_OK);
        assert_int_equal(result.platform_code, 0);
        assert_int_equal(seen.answers_freed, 1);
        size_t count = 0;
        while (count < ARDOQ_PORT_ADDRESSES && rows[i].expected[count]) {
            assert_address(&result.addresses[count], rows[i].expected[count]);
            count++;
        }
        assert_int_equal(result.count, count);
    }
}

static void test_question(void **state)
{
    (void)state;
    answer_with((const char *[]){"192.0.2.1"}, 1);
    script.is_noted = true;
    char host[] = "host.example";
    ardoq_port_resolve_t lookup;
    assert_int_equal(ardoq_port_resolve_start(&lookup, host), ARDOQ_OK);
    memset(host, 'x', sizeof host - 1);
    ardoq_port_resolve_abandon(&lookup);
    assert_all_freed();
    assert_string_equal(seen.host, "host.example");
    assert_int_equal(seen.hints.ai_family, AF_UNSPEC);
    assert_int_equal(seen.hints.ai_socktype, SOCK_STREAM);
    assert_int_equal(seen.hints.ai_flags, 0);
    assert_false(seen.has_service);
}

/* ---- One family and the other ---------------------------------------------------------------- */

static void test_families_without_an_address_are_not_asked_for(void **state)
{
    (void)state;
    enum { UP = IFF_UP | IFF_RUNNING };
    static const struct {
        const char *addresses[2]; /* of the device's interfaces */
        const char *host;
        unsigned flags;
        int family;
    } rows[] = {
        {{"192.0.2.9", "2001:db8::9"}, "host.example", UP, AF_UNSPEC},
        {{"192.0.2.9", "fd00::9"}, "host.example", UP, AF_UNSPEC},
        {{"192.0.2.9"}, "host.example", UP, AF_INET},
        {{"2001:db8::9"}, "host.example", UP, AF_INET6},
        {{"192.0.2.9", "fe80::9"}, "host.example", UP, AF_INET},
        {{"192.0.2.9", "fe80::9"}, "host.example.", UP, AF_INET},
        {{"2001:db8::9", "fe80::9"}, "host.example", UP, AF_INET6},
        {{"169.254.1.2"}, "host.example", UP, AF_INET},
        /* Nothing is known. */
        {{"fe80::9"}, "host.example", UP, AF_UNSPEC},
        {{"192.0.2.9"}, "host.example", IFF_UP, AF_UNSPEC},
        {{"192.0.2.9"}, "host.example", IFF_RUNNING, AF_UNSPEC},
        {{"127.0.0.1"}, "host.example", UP | IFF_LOOPBACK, AF_UNSPEC},
        /* The device itself. */
        {{"192.0.2.9"}, "localhost", UP, AF_UNSPEC},
        {{"192.0.2.9"}, "localhost.", UP, AF_UNSPEC},
        {{"192.0.2.9"}, "app.localhost", UP, AF_UNSPEC},
        {{"192.0.2.9"}, "notlocalhost", UP, AF_INET},
        {{"192.0.2.9"}, "localhost.example", UP, AF_INET},
        {{"192.0.2.9"}, "host", UP, AF_INET},
    };
    answer_with((const char *[]){"192.0.2.1"}, 1);
    script.is_noted = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        union {
            struct sockaddr any;
            struct sockaddr_in v4;
            struct sockaddr_in6 v6;
        } addresses[2] = {0};
        struct ifaddrs interfaces[2] = {{.ifa_next = &interfaces[1]}};
        for (size_t j = 0; j < 2; j++) {
            const char *text = rows[i].addresses[j];
            interfaces[j].ifa_flags = rows[i].flags;
            interfaces[j].ifa_addr = text ? &addresses[j].any : NULL;
            if (text && inet_pton(AF_INET6, text, &addresses[j].v6.sin6_addr) == 1) {
                addresses[j].any.sa_family = AF_INET6;
            } else if (text) {
                addresses[j].any.sa_family = AF_INET;
                inet_pton(AF_INET, text, &addresses[j].v4.sin_addr);
            }
        }
        script.interfaces = interfaces;
        assert_int_equal(resolve(rows[i].host).err, ARDOQ_OK);
        assert_int_equal(seen.hints.ai_family, rows[i].family);
        assert_string_equal(seen.host, rows[i].host);
    }
    script.no_interfaces = true;
    assert_int_equal(resolve("host.example").err, ARDOQ_OK);
    assert_int_equal(seen.hints.ai_family, AF_UNSPEC);
}

static struct addrinfo ipv4_info;
static struct addrinfo ipv6_info;

static void split_answers(void)
{
    static struct sockaddr_in v4 = {.sin_family = AF_INET};
    static struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
    inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
    ipv4_info = (struct addrinfo){.ai_addr = (struct sockaddr *)&v4};
    ipv6_info = (struct addrinfo){.ai_addr = (struct sockaddr *)&v6};
    script.both_wait = true;
    script.ipv4 = &ipv4_info;
    script.ipv6 = &ipv6_info;
}

/* Ends what still waits. */
static void open_gate(int count)
{
    for (int i = 0; i < count; i++) {
        assert_int_equal(sem_post(&gate), 0);
    }
    assert_all_freed();
}

static void assert_found_soon(const char *first, const char *second)
{
    const uint64_t began = ardoq_port_uptime_ms();
    const result_t result = resolve("host.example");
    assert_int_equal(result.err, ARDOQ_OK);
    assert_int_equal(result.platform_code, 0);
    assert_in_range(ardoq_port_uptime_ms() - began, 290, 5000);
    assert_int_equal(result.count, second ? 2 : 1);
    assert_address(&result.addresses[0], first);
    if (second) {
        assert_address(&result.addresses[1], second);
    }
}

static void test_a_family_without_an_answer_does_not_hold_the_other_up(void **state)
{
    (void)state;
    split_answers();
    script.ipv6_waits = true;
    assert_found_soon("192.0.2.1", NULL);
    open_gate(2);
    split_answers();
    script.ipv6_waits = false;
    script.ipv4_waits = true;
    assert_found_soon("2001:db8::1", NULL);
    open_gate(2);
}

static void test_both_families_answer_alone(void **state)
{
    (void)state;
    split_answers();
    assert_found_soon("2001:db8::1", "192.0.2.1");
    open_gate(1);
    script.ipv6_code = EAI_AGAIN;
    assert_found_soon("192.0.2.1", NULL);
    open_gate(1);
}

/* Which says no more than that somebody else must. */
static void test_failures_of_one_family_end_nothing(void **state)
{
    (void)state;
    split_answers();
    script.ipv4_code = EAI_NODATA;
    script.ipv6_code = EAI_AGAIN;
    ardoq_port_resolve_t lookup;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count;
    assert_int_equal(ardoq_port_resolve_start(&lookup, "host.example"), ARDOQ_OK);
    const uint64_t began = ardoq_port_uptime_ms();
    while (seen.asked[1] + seen.asked[2] < 2 || ardoq_port_uptime_ms() < began + 700) {
        assert_int_equal(ardoq_port_resolve_poll(&lookup, addresses, &count), ARDOQ_PENDING);
        pause_shortly();
    }
    assert_int_equal(sem_post(&gate), 0);
    ardoq_err_t err;
    while ((err = ardoq_port_resolve_poll(&lookup, addresses, &count)) == ARDOQ_PENDING) {
        pause_shortly();
    }
    assert_int_equal(err, ARDOQ_ERR_RESOLVE_FAILED);
    assert_int_equal(lookup.platform_code, EAI_AGAIN);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(seen.asked[i], 1);
    }
}

static void test_a_quick_answer_asks_once(void **state)
{
    (void)state;
    answer_with((const char *[]){"192.0.2.1"}, 1);
    assert_int_equal(resolve("host.example").err, ARDOQ_OK);
    assert_int_equal(seen.asked[0], 1);
    assert_int_equal(seen.asked[1] + seen.asked[2], 0);
}

static void test_no_room_for_a_family_alone(void **state)
{
    (void)state;
    split_answers();
    ardoq_port_resolve_t lookup;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count;
    assert_int_equal(ardoq_port_resolve_start(&lookup, "host.example"), ARDOQ_OK);
    script.no_memory = true;
    const uint64_t began = ardoq_port_uptime_ms();
    while (ardoq_port_uptime_ms() < began + 500) {
        assert_int_equal(ardoq_port_resolve_poll(&lookup, addresses, &count), ARDOQ_PENDING);
        pause_shortly();
    }
    ardoq_port_resolve_abandon(&lookup);
    open_gate(1);
    assert_int_equal(seen.asked[1] + seen.asked[2], 0);
}

static void test_thread(void **state)
{
    (void)state;
    answer_with((const char *[]){"192.0.2.1"}, 1);
    script.is_noted = true;
    assert_int_equal(resolve("host.example").err, ARDOQ_OK);
    sigset_t after;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    static const int signals[] = {SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGUSR1, SIGWINCH};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        assert_true(sigismember(&seen.blocked, signals[i]));
        assert_false(sigismember(&after, signals[i]));
    }
    assert_in_range(seen.stack_size, 128 * 1024, 512 * 1024);
    assert_int_equal(seen.detach_state, PTHREAD_CREATE_JOINABLE);
}

/* ---- Failures -------------------------------------------------------------------------------- */

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        int code;
        int system_code;
        ardoq_err_t err;
        int platform_code;
    } rows[] = {
        {EAI_NONAME, 0, ARDOQ_ERR_HOST_NOT_FOUND, EAI_NONAME},
        {EAI_NODATA, 0, ARDOQ_ERR_HOST_NOT_FOUND, EAI_NODATA},
        {EAI_ADDRFAMILY, 0, ARDOQ_ERR_HOST_NOT_FOUND, EAI_ADDRFAMILY},
        {EAI_AGAIN, 0, ARDOQ_ERR_RESOLVE_FAILED, EAI_AGAIN},
        {EAI_FAIL, 0, ARDOQ_ERR_RESOLVE_FAILED, EAI_FAIL},
        {EAI_MEMORY, 0, ARDOQ_ERR_RESOLVE_FAILED, EAI_MEMORY},
        {EAI_SYSTEM, EMFILE, ARDOQ_ERR_RESOLVE_FAILED, EMFILE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        script.code = rows[i].code;
        script.system_code = rows[i].system_code;
        const result_t result = resolve("host.example");
        assert_int_equal(result.err, rows[i].err);
        assert_int_equal(result.platform_code, rows[i].platform_code);
    }
    assert_int_equal(seen.answers_freed, 0);
}

static void test_no_address_of_use(void **state)
{
    (void)state;
    answer_with((const char *[]){"unix"}, 1);
    assert_int_equal(resolve("host.example").err, ARDOQ_ERR_HOST_NOT_FOUND);
}

static void test_without_network(void **state)
{
    (void)state;
    enum { UP = IFF_UP | IFF_RUNNING, NOTHING = -1 };
    static const struct {
        unsigned flags;
        int family;
        bool is_network;
    } rows[] = {
        {UP, AF_INET, true},
        {UP, AF_INET6, true},
        {UP | IFF_BROADCAST | IFF_MULTICAST, AF_INET, true},
        {UP, AF_PACKET, false},
        {UP, NOTHING, false},
        {IFF_UP, AF_INET, false}, /* no cable */
        {IFF_RUNNING, AF_INET, false},
        {UP | IFF_LOOPBACK, AF_INET, false},
        {UP | IFF_LOOPBACK, AF_INET6, false},
    };
    struct sockaddr_in loopback_address = {.sin_family = AF_INET};
    struct ifaddrs loopback = {.ifa_name = "lo",
                               .ifa_flags = UP | IFF_LOOPBACK,
                               .ifa_addr = (struct sockaddr *)&loopback_address};
    union {
        struct sockaddr any;
        struct sockaddr_in6 v6;
    } address = {.v6 = up_address6};
    struct ifaddrs other = {.ifa_name = "eth0", .ifa_next = &loopback};
    struct ifaddrs first = {.ifa_name = "lo",
                            .ifa_flags = UP | IFF_LOOPBACK,
                            .ifa_addr = (struct sockaddr *)&loopback_address,
                            .ifa_next = &other};
    script.interfaces = &first;
    static const int codes[] = {EAI_NONAME, EAI_AGAIN};
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        script.code = codes[i % 2];
        other.ifa_flags = rows[i / 2].flags;
        address.any.sa_family = (sa_family_t)rows[i / 2].family;
        other.ifa_addr = rows[i / 2].family == NOTHING ? NULL : &address.any;
        seen.interfaces_freed = 0;
        const result_t result = resolve("host.example");
        assert_int_equal(result.platform_code, script.code);
        assert_int_equal(seen.interfaces_freed, 2);
        assert_int_equal(result.err, !rows[i / 2].is_network     ? ARDOQ_ERR_NETWORK_DOWN
                                     : script.code == EAI_NONAME ? ARDOQ_ERR_HOST_NOT_FOUND
                                                                 : ARDOQ_ERR_RESOLVE_FAILED);
    }

    script.no_interfaces = true;
    assert_int_equal(resolve("host.example").err, ARDOQ_ERR_RESOLVE_FAILED);

    /* A name that needs no network. */
    script.no_interfaces = false;
    script.interfaces = &loopback;
    script.code = 0;
    answer_with((const char *[]){"127.0.0.1"}, 1);
    assert_int_equal(resolve("localhost").err, ARDOQ_OK);
}

static void test_no_start(void **state)
{
    (void)state;
    script.no_thread = true;
    result_t result = resolve("host.example");
    assert_int_equal(result.err, ARDOQ_ERR_RESOLVE_FAILED);
    assert_int_equal(result.platform_code, EAGAIN);
    script.no_attributes = true;
    result = resolve("host.example");
    assert_int_equal(result.err, ARDOQ_ERR_RESOLVE_FAILED);
    assert_int_equal(result.platform_code, ENOMEM);
    script.no_memory = true;
    assert_int_equal(resolve("host.example").err, ARDOQ_ERR_OUT_OF_MEMORY);
    sigset_t after;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    assert_false(sigismember(&after, SIGINT));
}

/* ---- Giving up ------------------------------------------------------------------------------- */

static void test_abandon_before_the_answer(void **state)
{
    (void)state;
    script.waits = true;
    ardoq_port_resolve_t lookup;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count;
    assert_int_equal(ardoq_port_resolve_start(&lookup, "host.example"), ARDOQ_OK);
    assert_int_equal(ardoq_port_resolve_poll(&lookup, addresses, &count), ARDOQ_PENDING);
    assert_non_null(lookup.state);
    ardoq_port_resolve_abandon(&lookup);
    assert_null(lookup.state);
    assert_int_equal(seen.lookups, 1);
    assert_int_equal(sem_post(&gate), 0);
    assert_all_freed();
    ardoq_port_resolve_abandon(&lookup);
    assert_int_equal(seen.lookups, 0);
}

static void test_abandon_at_any_time(void **state)
{
    (void)state;
    answer_with((const char *[]){"192.0.2.1"}, 1);
    for (int i = 0; i < 300; i++) {
        ardoq_port_resolve_t lookup;
        assert_int_equal(ardoq_port_resolve_start(&lookup, "host.example"), ARDOQ_OK);
        for (int j = 0; j < i % 50; j++) {
            sched_yield();
        }
        ardoq_port_resolve_abandon(&lookup);
    }
    assert_all_freed();
    assert_int_equal(seen.answers_freed, 300);
}

static void test_look_ups_do_not_wait_for_each_other(void **state)
{
    (void)state;
    script.waits = true;
    ardoq_port_resolve_t lookups[8];
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(ardoq_port_resolve_start(&lookups[i], "host.example"), ARDOQ_OK);
    }
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(sem_post(&gate), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
        size_t count;
        const uint64_t end = ardoq_port_uptime_ms() + BOUND_MS;
        ardoq_err_t err;
        while ((err = ardoq_port_resolve_poll(&lookups[i], addresses, &count)) == ARDOQ_PENDING &&
               ardoq_port_uptime_ms() < end) {
            pause_shortly();
        }
        assert_int_equal(err, ARDOQ_ERR_RESOLVE_FAILED);
    }
}

/* ---- The system's own resolver --------------------------------------------------------------- */

static bool has_localhost(void)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *answer;
    if (__real_getaddrinfo("localhost", NULL, &hints, &answer) != 0) {
        return false;
    }
    __real_freeaddrinfo(answer);
    return true;
}

static void test_localhost(void **state)
{
    (void)state;
    if (!has_localhost()) {
        skip();
    }
    script.real = true;
    const result_t result = resolve("localhost");
    assert_int_equal(result.err, ARDOQ_OK);
    assert_in_range(result.count, 1, 2);
    for (size_t i = 0; i < result.count; i++) {
        assert_address(&result.addresses[i], result.addresses[i].size == 4 ? "127.0.0.1" : "::1");
    }
}

/* A network namespace that has nothing but the loopback interface. */
static bool leave_network(void)
{
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
        return false;
    }
    struct ifreq request = {.ifr_name = "lo"};
    const int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool found = handle >= 0 && ioctl(handle, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    return found && ioctl(handle, SIOCSIFFLAGS, &request) == 0 && close(handle) == 0;
}

enum { FINE, WRONG, CANNOT };

static int look_up_without_network(void)
{
    if (!leave_network() || !has_localhost()) {
        return CANNOT;
    }
    return resolve("localhost").err == ARDOQ_OK &&
                   resolve("device.invalid").err == ARDOQ_ERR_NETWORK_DOWN
               ? FINE
               : WRONG;
}

static void test_loopback_only(void **state)
{
    (void)state;
    script.real = true;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(look_up_without_network());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), FINE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_addresses),
        TEST(test_question),
        TEST(test_families_without_an_address_are_not_asked_for),
        TEST(test_a_family_without_an_answer_does_not_hold_the_other_up),
        TEST(test_both_families_answer_alone),
        TEST(test_failures_of_one_family_end_nothing),
        TEST(test_a_quick_answer_asks_once),
        TEST(test_no_room_for_a_family_alone),
        TEST(test_thread),
        TEST(test_failures),
        TEST(test_no_address_of_use),
        TEST(test_without_network),
        TEST(test_no_start),
        TEST(test_abandon_before_the_answer),
        TEST(test_abandon_at_any_time),
        TEST(test_look_ups_do_not_wait_for_each_other),
        TEST(test_localhost),
        TEST(test_loopback_only),
    };
    return cmocka_run_group_tests_name("posix_resolve", tests, NULL, NULL);
}
