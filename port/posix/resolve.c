#ifndef _GNU_SOURCE /* ESP-IDF's simulator says it too */
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

/* Enough for the C library's resolver and its plug-ins; only what is touched takes memory. */
enum { STACK_SIZE = 256 * 1024 };

/* A look-up belongs to the caller and to the worker, who cannot be stopped. The last frees it. */
typedef struct {
    atomic_int owners;
    pthread_t worker;
    atomic_bool done; /* the worker writes what follows before it, the caller reads after */
    ardoq_err_t err;
    int platform_code;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    size_t count;
    char host[];
} lookup_t;

static void release(lookup_t *lookup)
{
    if (atomic_fetch_sub(&lookup->owners, 1) == 1) {
        free(lookup);
    }
}

/* True if an interface could carry a query: up, with a carrier, with an address. */
static bool has_network(void)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0) {
        return true;
    }
    bool found = false;
    for (const struct ifaddrs *at = all; at && !found; at = at->ifa_next) {
        const bool usable = (at->ifa_flags & IFF_UP) && (at->ifa_flags & IFF_RUNNING) &&
                            !(at->ifa_flags & IFF_LOOPBACK);
        found = usable && at->ifa_addr &&
                (at->ifa_addr->sa_family == AF_INET || at->ifa_addr->sa_family == AF_INET6);
    }
    freeifaddrs(all);
    return found;
}

static ardoq_err_t failure(int code)
{
    if (!has_network()) {
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

/* False if it is no IP address. */
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

/* True if an address of this size, and so of this family, is among those kept. */
static bool has_family(const lookup_t *lookup, uint8_t size)
{
    for (size_t i = 0; i < lookup->count; i++) {
        if (lookup->addresses[i].size == size) {
            return true;
        }
    }
    return false;
}

static void keep(lookup_t *lookup, const ardoq_port_address_t *address)
{
    for (size_t i = 0; i < lookup->count; i++) {
        if (equal(&lookup->addresses[i], address)) {
            return;
        }
    }
    if (lookup->count < ARDOQ_PORT_ADDRESSES) {
        lookup->addresses[lookup->count++] = *address;
    } else if (!has_family(lookup, address->size)) {
        /* Else a host with many IPv6 addresses could not be reached where only IPv4 works. */
        lookup->addresses[ARDOQ_PORT_ADDRESSES - 1] = *address;
    }
}

static void look_up(lookup_t *lookup)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *answer = NULL;
    const int code = getaddrinfo(lookup->host, NULL, &hints, &answer);
    if (code) {
        lookup->platform_code = code == EAI_SYSTEM ? errno : code;
        lookup->err = failure(code);
        return;
    }
    for (const struct addrinfo *at = answer; at; at = at->ai_next) {
        ardoq_port_address_t address;
        if (convert(at->ai_addr, &address)) {
            keep(lookup, &address);
        }
    }
    freeaddrinfo(answer);
    lookup->err = lookup->count > 0 ? ARDOQ_OK : ARDOQ_ERR_HOST_NOT_FOUND;
}

static void *work(void *argument)
{
    lookup_t *lookup = argument;
    look_up(lookup);
    atomic_store(&lookup->done, true);
    release(lookup);
    return NULL;
}

/* A thread that takes none of the program's signals. @return 0 or an errno. */
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

ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host)
{
    *resolve = (ardoq_port_resolve_t){0};
    const size_t host_size = strlen(host) + 1;
    lookup_t *lookup = calloc(1, sizeof *lookup + host_size);
    if (!lookup) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    memcpy(lookup->host, host, host_size);
    atomic_init(&lookup->owners, 2);
    resolve->platform_code = start_worker(lookup);
    if (resolve->platform_code) {
        free(lookup);
        return ARDOQ_ERR_RESOLVE_FAILED;
    }
    resolve->state = lookup;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count)
{
    lookup_t *lookup = resolve->state;
    if (!atomic_load(&lookup->done)) {
        return ARDOQ_PENDING;
    }
    const ardoq_err_t err = lookup->err;
    resolve->platform_code = lookup->platform_code;
    memcpy(addresses, lookup->addresses, sizeof lookup->addresses);
    *count = lookup->count;
    /* It has nothing left to do but to end, and takes the C library's memory with it. */
    pthread_join(lookup->worker, NULL);
    release(lookup);
    resolve->state = NULL;
    return err;
}

void ardoq_port_resolve_abandon(ardoq_port_resolve_t *resolve)
{
    lookup_t *lookup = resolve->state;
    if (lookup) {
        pthread_detach(lookup->worker);
        release(lookup);
    }
    resolve->state = NULL;
}
