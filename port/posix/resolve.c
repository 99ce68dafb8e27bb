#ifndef _GNU_SOURCE /* ESP-IDF's simulator defines it too */
#define _GNU_SOURCE /* EAI_NODATA and EAI_ADDRFAMILY */
#endif

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port.h"

/* Enough for the C library's resolver and its plug-ins; only used pages take memory. */
enum { STACK_SIZE = 256 * 1024 };

/* How long the lookup of both families may take before they are split, and then how long the first
 * answer waits for the other family. */
enum { SHORT_WAIT_MS = 300 };

/* Address families of the interfaces. A link-local IPv6 address only works on the link. */
enum { HAS_NETWORK = 1, HAS_IPV4 = 2, HAS_IPV6 = 4 };

typedef struct {
    ardoq_err_t err;
    int platform_code;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count;
} answer_t;

/* A lookup is shared by the caller and the worker, which cannot be stopped. The last one frees
 * it. */
typedef struct {
    atomic_int owners;
    int family; /* AF_UNSPEC: all that the device has */
    pthread_t worker;
    atomic_bool done; /* the worker writes the members below before it, the caller reads them after
                           it */
    answer_t answer;
    char host[];
} lookup_t;

/* A lookup of both families, in the C library's order by RFC 6724; and one for each if that takes
 * long, because the first only ends when the last name server has answered or timed out. */
enum { BOTH, IPV6, IPV4, LOOKUPS };

typedef struct {
    lookup_t *lookups[LOOKUPS];
    bool is_split;
    uint64_t wait_until; /* for both families, then for the remaining one; uptime in ms */
} search_t;

static void release(lookup_t *lookup)
{
    if (atomic_fetch_sub(&lookup->owners, 1) == 1) {
        free(lookup);
    }
}

/* The family that an address belongs to. */
static unsigned network_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        return HAS_NETWORK | HAS_IPV4;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        return IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) ? HAS_NETWORK : HAS_NETWORK | HAS_IPV6;
    }
    return 0;
}

/* Families of the interfaces that could send a query: up, with a carrier and an address. */
static unsigned network(void)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0) {
        return HAS_NETWORK | HAS_IPV4 | HAS_IPV6;
    }
    unsigned found = 0;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        const bool usable = (at->ifa_flags & IFF_UP) && (at->ifa_flags & IFF_RUNNING) &&
                            !(at->ifa_flags & IFF_LOOPBACK);
        found |= usable && at->ifa_addr ? network_of(at->ifa_addr) : 0;
    }
    freeifaddrs(all);
    return found;
}

static ardoq_err_t failure(int code)
{
    if (!(network() & HAS_NETWORK)) {
        return ARDOQ_ERR_NETWORK_DOWN;
    }
    switch (code) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return ARDOQ_ERR_HOST_NOT_FOUND;
    default:
        return ARDOQ_ERR_RESOLVE_FAILED;
    }
}

/* False if it is not an IP address. */
static bool convert(const struct sockaddr *from, ardoq_port_address_t *to)
{
    *to = (ardoq_port_address_t){0};
    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)from;
        to->size = sizeof v4->sin_addr;
        memcpy(to->bytes, &v4->sin_addr, sizeof v4->sin_addr);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)from;
        to->size = sizeof v6->sin6_addr;
        to->scope = v6->sin6_scope_id;
        memcpy(to->bytes, &v6->sin6_addr, sizeof v6->sin6_addr);
        return true;
    }
    return false;
}

static bool equal(const ardoq_port_address_t *a, const ardoq_port_address_t *b)
{
    return a->size == b->size && a->scope == b->scope && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* True if there already is an address of this size, and so of this family. */
static bool has_family(const answer_t *answer, uint8_t size)
{
    for (size_t i = 0; i < answer->count; i++) {
        if (answer->addresses[i].size == size) {
            return true;
        }
    }
    return false;
}

static void keep(answer_t *answer, const ardoq_port_address_t *address)
{
    for (size_t i = 0; i < answer->count; i++) {
        if (equal(&answer->addresses[i], address)) {
            return;
        }
    }
    if (answer->count < ARDOQ_PORT_ADDRESSES) {
        answer->addresses[answer->count++] = *address;
    } else if (!has_family(answer, address->size)) {
        /* Otherwise a host with many IPv6 addresses could not be reached if only IPv4 works. */
        answer->addresses[ARDOQ_PORT_ADDRESSES - 1] = *address;
    }
}

/* RFC 6761: this machine, which can be reached with both families without a network. */
static bool is_local(const char *host)
{
    size_t length = strlen(host);
    length -= length > 0 && host[length - 1] == '.';
    static const char local[] = "localhost";
    const size_t size = sizeof local - 1;
    return length >= size && memcmp(host + length - size, local, size) == 0 &&
           (length == size || host[length - size - 1] == '.');
}

/* The family to query. One without an address on the device is not queried, because some name
 * servers never answer that. AI_ADDRCONFIG would count a link-local address. */
static int family_to_ask(const lookup_t *lookup)
{
    const unsigned found = network() & (HAS_IPV4 | HAS_IPV6);
    if (is_local(lookup->host) || found == 0 || found == (HAS_IPV4 | HAS_IPV6)) {
        return lookup->family;
    }
    return found == HAS_IPV4 ? AF_INET : AF_INET6;
}

static void look_up(lookup_t *lookup)
{
    answer_t *answer = &lookup->answer;
    const int family = family_to_ask(lookup);
    if (lookup->family != AF_UNSPEC && lookup->family != family) {
        answer->err = ARDOQ_ERR_HOST_NOT_FOUND;
        return;
    }
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    const int code = getaddrinfo(lookup->host, NULL, &hints, &found);
    if (code) {
        answer->platform_code = code == EAI_SYSTEM ? errno : code;
        answer->err = failure(code);
        return;
    }
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        ardoq_port_address_t address;
        if (convert(at->ai_addr, &address)) {
            keep(answer, &address);
        }
    }
    freeaddrinfo(found);
    answer->err = answer->count > 0 ? ARDOQ_OK : ARDOQ_ERR_HOST_NOT_FOUND;
}

static void *work(void *argument)
{
    lookup_t *lookup = argument;
    look_up(lookup);
    atomic_store(&lookup->done, true);
    release(lookup);
    return NULL;
}

/* Starts a thread that receives none of the program's signals. @return 0 or an errno. */
static int start_worker(lookup_t *lookup)
{
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code) {
        return code;
    }
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    code = pthread_create(&lookup->worker, &attributes, work, lookup);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return code;
}

static ardoq_err_t start_lookup(lookup_t **started, const char *host, int family, int *code)
{
    const size_t host_size = strlen(host) + 1;
    lookup_t *lookup = calloc(1, sizeof *lookup + host_size);
    if (!lookup) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    memcpy(lookup->host, host, host_size);
    lookup->family = family;
    atomic_init(&lookup->owners, 2);
    *code = start_worker(lookup);
    if (*code) {
        free(lookup);
        return ARDOQ_ERR_RESOLVE_FAILED;
    }
    *started = lookup;
    return ARDOQ_OK;
}

static void end_lookup(lookup_t *lookup)
{
    if (!lookup) {
        return;
    }
    if (atomic_load(&lookup->done)) {
        /* The worker is about to end; joining it frees the C library's memory for it. */
        pthread_join(lookup->worker, NULL);
    } else {
        pthread_detach(lookup->worker);
    }
    release(lookup);
}

static bool is_done(lookup_t *lookup)
{
    return lookup && atomic_load(&lookup->done);
}

/* If this fails, the first lookup continues alone. */
static void split(search_t *search, const char *host)
{
    int code;
    search->is_split = true;
    (void)start_lookup(&search->lookups[IPV6], host, AF_INET6, &code);
    (void)start_lookup(&search->lookups[IPV4], host, AF_INET, &code);
}

static void add_answer(answer_t *all, lookup_t *lookup)
{
    for (size_t i = 0; is_done(lookup) && i < lookup->answer.count; i++) {
        keep(all, &lookup->answer.addresses[i]);
    }
}

/* ARDOQ_PENDING, or the end of the search. */
static ardoq_err_t take_answers(search_t *search, answer_t *answer)
{
    const uint64_t now = ardoq_port_uptime_ms();
    const lookup_t *both = search->lookups[BOTH];
    if (atomic_load(&both->done)) {
        *answer = both->answer;
        return answer->err;
    }
    if (!search->is_split) {
        if (now >= search->wait_until) {
            split(search, both->host);
            search->wait_until = UINT64_MAX;
        }
        return ARDOQ_PENDING;
    }
    *answer = (answer_t){0};
    add_answer(answer, search->lookups[IPV6]);
    add_answer(answer, search->lookups[IPV4]);
    if (answer->count == 0) {
        return ARDOQ_PENDING;
    }
    if (search->wait_until == UINT64_MAX) {
        search->wait_until = now + SHORT_WAIT_MS;
    }
    const bool all_done = is_done(search->lookups[IPV6]) && is_done(search->lookups[IPV4]);
    return all_done || now >= search->wait_until ? ARDOQ_OK : ARDOQ_PENDING;
}

ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host)
{
    *resolve = (ardoq_port_resolve_t){0};
    search_t *search = calloc(1, sizeof *search);
    if (!search) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    search->wait_until = ardoq_port_uptime_ms() + SHORT_WAIT_MS;
    const ardoq_err_t err =
        start_lookup(&search->lookups[BOTH], host, AF_UNSPEC, &resolve->platform_code);
    if (err) {
        free(search);
        return err;
    }
    resolve->state = search;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count)
{
    answer_t answer;
    const ardoq_err_t err = take_answers(resolve->state, &answer);
    if (err == ARDOQ_PENDING) {
        return err;
    }
    resolve->platform_code = answer.platform_code;
    memcpy(addresses, answer.addresses, sizeof answer.addresses);
    *count = answer.count;
    ardoq_port_resolve_abandon(resolve);
    return err;
}

void ardoq_port_resolve_abandon(ardoq_port_resolve_t *resolve)
{
    search_t *search = resolve->state;
    resolve->state = NULL;
    if (!search) {
        return;
    }
    for (size_t i = 0; i < LOOKUPS; i++) {
        end_lookup(search->lookups[i]);
    }
    free(search);
}
