#include <lwip/dns.h>
#include <lwip/mem.h>
#include <lwip/netif.h>
#include <lwip/sys.h>
#include <lwip/tcpip.h>
#include <string.h>

#include "ardoq/port.h"

#if !LWIP_DNS
#error "lwIP lacks LWIP_DNS, which looks up the host: set it to 1 in lwipopts.h"
#endif

/* In the order of the queries, and of the addresses to try. lwIP returns one address of each
 * type. */
static const u8_t address_types[] = {
#if LWIP_IPV6
    LWIP_DNS_ADDRTYPE_IPV6,
#endif
#if LWIP_IPV4
    LWIP_DNS_ADDRTYPE_IPV4,
#endif
};

/* How long an address of one type waits for the other. By then lwIP has repeated the query: its ARP
 * may keep only the last of several packets sent at once, so the first query is often lost. */
enum { SHORT_WAIT_MS = DNS_TMR_INTERVAL * 3 / 2 };

typedef struct lookup lookup_t;

/* The answer for one type of address. */
typedef struct {
    lookup_t *lookup;
    ardoq_port_address_t address; /* size 0 until there is one */
} question_t;

/* A lookup is shared by the caller and lwIP's thread, which cannot be stopped. The last one frees
 * it. The thread writes to it until it releases it; before that the caller only reads members that
 * are written under protection. */
struct lookup {
    uint8_t owners;
    uint8_t unanswered;
    bool may_join;       /* lwIP may still be working on an earlier query for the same name */
    bool has_found;      /* an address; written under protection, like the addresses */
    uint32_t found_at;   /* sys_now() of the first one */
    uint32_t started_at; /* sys_now() */
    ardoq_err_t err;
    int platform_code;
    question_t questions[sizeof address_types];
    char host[];
};

/* True if there is nothing more to wait for. */
static bool has_ended(const lookup_t *lookup)
{
    const uint32_t now = sys_now();
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    const bool ended =
        lookup->owners == 1 || (lookup->has_found && now - lookup->found_at >= SHORT_WAIT_MS);
    SYS_ARCH_UNPROTECT(level);
    return ended;
}

static void release(lookup_t *lookup)
{
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    const uint8_t left = --lookup->owners;
    SYS_ARCH_UNPROTECT(level);
    if (left == 0) {
        mem_free(lookup);
    }
}

/* ---- In lwIP's thread ----------------------------------------------------------------------- */

#if LWIP_IPV4
static bool has_ipv4(const struct netif *netif)
{
    const ip4_addr_t *address = netif_ip4_addr(netif);
    return !ip4_addr_isany(address) && !ip4_addr_isloopback(address);
}
#endif

#if LWIP_IPV6
/* A link-local address only works on the link. */
static bool has_ipv6(const struct netif *netif)
{
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        const ip6_addr_t *address = netif_ip6_addr(netif, i);
        if (ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) && !ip6_addr_islinklocal(address) &&
            !ip6_addr_isloopback(address)) {
            return true;
        }
    }
    return false;
}
#endif

static bool has_address(const struct netif *netif, u8_t type)
{
#if LWIP_IPV6
    if (type == LWIP_DNS_ADDRTYPE_IPV6) {
        return has_ipv6(netif);
    }
#endif
#if LWIP_IPV4
    if (type == LWIP_DNS_ADDRTYPE_IPV4) {
        return has_ipv4(netif);
    }
#endif
    return false;
}

/* True if addresses of this type could be reached. Others are not queried, because some name
 * servers never answer such a query. */
static bool is_reachable(u8_t type)
{
    const struct netif *netif;
    NETIF_FOREACH(netif)
    {
        if (netif_is_up(netif) && netif_is_link_up(netif) && has_address(netif, type)) {
            return true;
        }
    }
    return false;
}

static void keep(question_t *question, const ip_addr_t *from)
{
    lookup_t *lookup = question->lookup;
    ardoq_port_address_t address = {.size = 0};
#if LWIP_IPV6
    if (IP_IS_V6(from)) {
        address.size = sizeof ip_2_ip6(from)->addr;
        memcpy(address.bytes, ip_2_ip6(from)->addr, address.size);
    }
#endif
#if LWIP_IPV4
    if (IP_IS_V4(from)) {
        address.size = sizeof ip_2_ip4(from)->addr;
        memcpy(address.bytes, &ip_2_ip4(from)->addr, address.size);
    }
#endif
    const uint32_t now = sys_now();
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    question->address = address;
    lookup->found_at = lookup->has_found ? lookup->found_at : now;
    lookup->has_found = true;
    SYS_ARCH_UNPROTECT(level);
}

/* No answer to one query outweighs 'no such address' for the other, because the host may exist. */
static void note_failure(lookup_t *lookup, ardoq_err_t err, err_t code)
{
    if (lookup->err == ARDOQ_ERR_NETWORK_DOWN || lookup->err == ARDOQ_ERR_HOST_NOT_FOUND) {
        lookup->err = err;
        lookup->platform_code = code;
    }
}

/* lwIP does not say why there is no address. But it only gives up on a silent server after its last
 * attempt, so an earlier result is an answer; unless it has joined our query to an earlier one,
 * which may time out sooner. */
static void note_no_address(lookup_t *lookup)
{
    const uint32_t all_attempts_ms = DNS_MAX_RETRIES * (DNS_MAX_RETRIES - 1) / 2 * DNS_TMR_INTERVAL;
    if (!lookup->may_join && sys_now() - lookup->started_at < all_attempts_ms) {
        note_failure(lookup, ARDOQ_ERR_HOST_NOT_FOUND, ERR_OK);
    } else {
        note_failure(lookup, ARDOQ_ERR_RESOLVE_FAILED, ERR_TIMEOUT);
    }
}

/* Lookups that lwIP is working on, including cancelled ones. Only used in its thread. */
static unsigned open_lookups;

static void end_if_answered(lookup_t *lookup)
{
    if (lookup->unanswered == 0) {
        open_lookups--;
        release(lookup);
    }
}

/* Starting a query here would overwrite the table entry that lwIP is reporting. */
static void take_answer(const char *host, const ip_addr_t *address, void *argument)
{
    question_t *question = argument;
    (void)host;
    if (address) {
        keep(question, address);
    } else {
        note_no_address(question->lookup);
    }
    question->lookup->unanswered--;
    end_if_answered(question->lookup);
}

static void ask(lookup_t *lookup, question_t *question, u8_t type)
{
    ip_addr_t address;
    question->lookup = lookup;
    const err_t code =
        dns_gethostbyname_addrtype(lookup->host, &address, take_answer, question, type);
    if (code == ERR_OK) {
        keep(question, &address);
    } else if (code == ERR_INPROGRESS) {
        lookup->unanswered++;
    } else {
        note_failure(lookup, code == ERR_MEM ? ARDOQ_ERR_OUT_OF_MEMORY : ARDOQ_ERR_RESOLVE_FAILED,
                     code);
    }
}

static void begin(void *argument)
{
    lookup_t *lookup = argument;
    lookup->started_at = sys_now();
    lookup->may_join = open_lookups++ > 0;
    for (size_t i = 0; i < sizeof address_types; i++) {
        if (is_reachable(address_types[i])) {
            ask(lookup, &lookup->questions[i], address_types[i]);
        }
    }
    end_if_answered(lookup);
}

/* ---- The caller's side ---------------------------------------------------------------------- */

ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host)
{
    *resolve = (ardoq_port_resolve_t){.state = NULL, .platform_code = 0};
    /* lwIP treats all names as absolute, and would put a closing dot into the query. */
    size_t length = strlen(host);
    length -= length > 0 && host[length - 1] == '.';
    lookup_t *lookup = mem_calloc(1, (mem_size_t)(sizeof *lookup + length + 1));
    if (!lookup) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    memcpy(lookup->host, host, length);
    lookup->owners = 2;
    lookup->err = ARDOQ_ERR_NETWORK_DOWN; /* the result if there is nothing to query */
    /* Not tcpip_callback(), which blocks while the queue of lwIP's thread is full. */
    const err_t code = tcpip_try_callback(begin, lookup);
    if (code != ERR_OK) {
        resolve->platform_code = code;
        mem_free(lookup);
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    resolve->state = lookup;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count)
{
    lookup_t *lookup = resolve->state;
    if (!has_ended(lookup)) {
        return ARDOQ_PENDING;
    }
    *count = 0;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    for (size_t i = 0; i < sizeof address_types; i++) {
        if (lookup->questions[i].address.size > 0) {
            addresses[(*count)++] = lookup->questions[i].address;
        }
    }
    SYS_ARCH_UNPROTECT(level);
    const ardoq_err_t err = *count > 0 ? ARDOQ_OK : lookup->err;
    resolve->platform_code = err ? lookup->platform_code : 0;
    ardoq_port_resolve_abandon(resolve);
    return err;
}

void ardoq_port_resolve_abandon(ardoq_port_resolve_t *resolve)
{
    if (resolve->state) {
        release(resolve->state);
    }
    resolve->state = NULL;
}
