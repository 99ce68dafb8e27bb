#define _DEFAULT_SOURCE /* IFF_UP and others */

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ardoq/port.h"
#include "ardoq/tls_sha256.h"
#include "facts.h"

/* Sizes of the longest texts that are reported, with the NUL. */
enum { TEXT_SIZE = 64, REVISION_SIZE = 32, SDK_SIZE = 96 };

static void put(ardoq_identity_t *identity, ardoq_identity_field_t field, size_t size,
                const char *text)
{
    char clean[SDK_SIZE] = "";
    ardoq_fact_put(clean, size, text);
    if (clean[0] != '\0') {
        ardoq_identity_keep(identity, field, clean);
    }
}

#define PUT(field, size, text) put(identity, ARDOQ_IDENTITY_##field, (size), (text))

/* ---- The serial number ----------------------------------------------------------------------- */

enum { ID_SIZE = 16, HASH_SIZE = 32, HASH_BLOCK = 64 };

static bool read_machine_id(const char *path, unsigned char id[ID_SIZE])
{
    ardoq_fact_t fact;
    if (!ardoq_fact_read(path, &fact) ||
        strspn(fact.text, "0123456789abcdefABCDEF") != (size_t)2 * ID_SIZE ||
        fact.text[(size_t)2 * ID_SIZE] != '\0') {
        return false;
    }
    for (size_t i = 0; i < ID_SIZE; i++) {
        /* NOLINTNEXTLINE(cert-err34-c): two digits, checked above */
        sscanf(fact.text + 2 * i, "%2hhx", &id[i]);
    }
    return true;
}

static bool sha256_of(const unsigned char *data, size_t size, unsigned char hash[HASH_SIZE])
{
    ardoq_tls_sha256_t sha256;
    ardoq_tls_sha256_begin(&sha256);
    ardoq_tls_sha256_add(&sha256, data, size);
    return ardoq_tls_sha256_end(&sha256, hash);
}

/* HMAC-SHA-256, written out because mbedTLS 4 has no public function for it. */
static bool keyed_hash(const unsigned char key[ID_SIZE], const unsigned char text[ID_SIZE],
                       unsigned char hash[HASH_SIZE])
{
    unsigned char inner[HASH_BLOCK + ID_SIZE];
    unsigned char outer[HASH_BLOCK + HASH_SIZE];
    memset(inner, 0x36, HASH_BLOCK);
    memset(outer, 0x5c, HASH_BLOCK);
    for (size_t i = 0; i < ID_SIZE; i++) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    memcpy(inner + HASH_BLOCK, text, ID_SIZE);
    return sha256_of(inner, sizeof inner, outer + HASH_BLOCK) &&
           sha256_of(outer, sizeof outer, hash);
}

/* machine-id(5): the id itself must stay private, but a hash for one application need not. This is
 * the output of `systemd-id128 machine-id --app-specific=752de39d053f4340a1e6fe2851e164da`. */
static bool read_machine_serial(ardoq_fact_t *serial)
{
    static const unsigned char application[ID_SIZE] = {0x75, 0x2d, 0xe3, 0x9d, 0x05, 0x3f,
                                                       0x43, 0x40, 0xa1, 0xe6, 0xfe, 0x28,
                                                       0x51, 0xe1, 0x64, 0xda};
    unsigned char id[ID_SIZE];
    unsigned char hash[HASH_SIZE];
    if ((!read_machine_id("/etc/machine-id", id) &&
         !read_machine_id("/var/lib/dbus/machine-id", id)) ||
        !keyed_hash(id, application, hash)) {
        return false;
    }
    hash[6] = (unsigned char)((hash[6] & 0x0f) | 0x40);
    hash[8] = (unsigned char)((hash[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < ID_SIZE; i++) {
        snprintf(serial->text + 2 * i, 3, "%02x", hash[i]);
    }
    return true;
}

/* The serial is the key of every report, so it must be the same for every user. So the DMI's, which
 * only root can read, comes last: otherwise a device could become two components. */
static void read_serial(ardoq_identity_t *identity)
{
    ardoq_fact_t fact;
    if (ardoq_fact_read("/proc/device-tree/serial-number", &fact) || read_machine_serial(&fact) ||
        ardoq_fact_read("/sys/class/dmi/id/product_serial", &fact)) {
        PUT(serial, TEXT_SIZE, fact.text);
    }
}

/* ---- Hardware and software ------------------------------------------------------------------- */

static void read_model(ardoq_identity_t *identity)
{
    ardoq_fact_t product;
    ardoq_fact_t vendor;
    if (ardoq_fact_read("/proc/device-tree/model", &product)) {
        PUT(model, TEXT_SIZE, product.text);
        return;
    }
    if (!ardoq_fact_read("/sys/class/dmi/id/product_name", &product)) {
        return;
    }
    /* Some product names already include the vendor. */
    if (!ardoq_fact_read("/sys/class/dmi/id/sys_vendor", &vendor) ||
        strncasecmp(product.text, vendor.text, strlen(vendor.text)) == 0) {
        PUT(model, TEXT_SIZE, product.text);
        return;
    }
    char both[sizeof vendor + sizeof product];
    snprintf(both, sizeof both, "%s %s", vendor.text, product.text);
    PUT(model, TEXT_SIZE, both);
}

static void read_manufacturer(ardoq_identity_t *identity)
{
    ardoq_fact_t vendor;
    if (ardoq_fact_read("/sys/class/dmi/id/sys_vendor", &vendor)) {
        PUT(manufacturer, TEXT_SIZE, vendor.text);
    }
}

static void read_hardware_revision(ardoq_identity_t *identity)
{
    ardoq_fact_t fact;
    if (ardoq_fact_read("/sys/class/dmi/id/product_version", &fact) ||
        ardoq_fact_read_entry("/proc/cpuinfo", "Revision", ':', &fact)) {
        PUT(hardware_revision, REVISION_SIZE, fact.text);
    }
}

/* A device tree names the chip; cpuinfo then only names the core. */
static void read_chip(ardoq_identity_t *identity)
{
    ardoq_fact_t fact;
    if (ardoq_fact_read("/proc/device-tree/compatible", &fact) ||
        ardoq_fact_read_entry("/proc/cpuinfo", "model name", ':', &fact)) {
        PUT(chip, TEXT_SIZE, fact.text);
    }
}

/* os-release(5): values are quoted as in a shell. */
static void unquote(char *text)
{
    const char quote = text[0];
    if (quote != '"' && quote != '\'') {
        return;
    }
    char *to = text;
    for (const char *from = text + 1; *from && *from != quote; from++) {
        if (*from == '\\' && quote == '"' && from[1]) {
            from++;
        }
        *to++ = *from;
    }
    *to = '\0';
}

static bool read_release_name(const char *path, ardoq_fact_t *name)
{
    if (!ardoq_fact_read_entry(path, "PRETTY_NAME", '=', name)) {
        return false;
    }
    unquote(name->text);
    return !ardoq_fact_is_junk(name->text);
}

static void read_system(ardoq_identity_t *identity)
{
    struct utsname kernel = {0};
    uname(&kernel);
    if (!ardoq_fact_is_junk(kernel.nodename)) {
        PUT(host_name, TEXT_SIZE, kernel.nodename);
    }

    ardoq_fact_t name;
    const bool named = read_release_name("/etc/os-release", &name) ||
                       read_release_name("/usr/lib/os-release", &name);
    char sdk[sizeof name + sizeof kernel];
    snprintf(sdk, sizeof sdk, "%s%s%s %s", named ? name.text : "", named ? ", " : "",
             kernel.sysname, kernel.release);
    PUT(sdk_version, SDK_SIZE, sdk);
}

/* ---- The network ----------------------------------------------------------------------------- */

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} endpoint_t;

/* The source address that the kernel would use for a target, by all its rules and tables.
 * Connecting a UDP socket sends nothing. @return false if there is no route. */
static bool find_source(const endpoint_t *target, endpoint_t *source)
{
    const int handle = socket(target->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) {
        return false;
    }
    socklen_t size = sizeof *source;
    const bool found = connect(handle, &target->any, sizeof *target) == 0 &&
                       getsockname(handle, &source->any, &size) == 0;
    close(handle);
    return found;
}

/* The route to the internet: two addresses of the name server a.root-servers.net, which should have
 * no special route. */
static void find_sources(endpoint_t sources[2])
{
    endpoint_t targets[2] = {
        {.v4 = {.sin_family = AF_INET, .sin_port = htons(443)}},
        {.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(443)}},
    };
    inet_pton(AF_INET, "198.41.0.4", &targets[0].v4.sin_addr);
    inet_pton(AF_INET6, "2001:503:ba3e::2:30", &targets[1].v6.sin6_addr);
    for (size_t i = 0; i < 2; i++) {
        if (!find_source(&targets[i], &sources[i])) {
            sources[i].any.sa_family = AF_UNSPEC;
        }
    }
}

static bool is_same_address(const struct sockaddr *a, const struct sockaddr *b)
{
    if (a->sa_family != b->sa_family) {
        return false;
    }
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *v4[] = {(const void *)a, (const void *)b};
        return v4[0]->sin_addr.s_addr == v4[1]->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *v6[] = {(const void *)a, (const void *)b};
    return memcmp(&v6[0]->sin6_addr, &v6[1]->sin6_addr, sizeof v6[0]->sin6_addr) == 0;
}

static bool is_usable(const struct ifaddrs *entry)
{
    if (!(entry->ifa_flags & IFF_UP) || (entry->ifa_flags & IFF_LOOPBACK) || !entry->ifa_addr) {
        return false;
    }
    if (entry->ifa_addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)entry->ifa_addr;
        return !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
    }
    return entry->ifa_addr->sa_family == AF_INET;
}

/* Criteria: the kernel's source address, a carrier, IPv4, then the system's order. */
static const struct ifaddrs *choose_address(const struct ifaddrs *all)
{
    endpoint_t sources[2];
    find_sources(sources);
    const struct ifaddrs *best = NULL;
    int best_rank = -1;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        if (!is_usable(at)) {
            continue;
        }
        const bool is_source = is_same_address(at->ifa_addr, &sources[0].any) ||
                               is_same_address(at->ifa_addr, &sources[1].any);
        const int rank = (is_source ? 4 : 0) + ((at->ifa_flags & IFF_RUNNING) ? 2 : 0) +
                         (at->ifa_addr->sa_family == AF_INET ? 1 : 0);
        if (rank > best_rank) {
            best_rank = rank;
            best = at;
        }
    }
    return best;
}

static void put_ip_address(ardoq_identity_t *identity, const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;
    const void *bytes =
        address->sa_family == AF_INET ? (const void *)&v4->sin_addr : (const void *)&v6->sin6_addr;
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(address->sa_family, bytes, text, sizeof text)) {
        PUT(ip_address, TEXT_SIZE, text);
    }
}

static void put_mac(ardoq_identity_t *identity, const struct ifaddrs *all, const char *interface)
{
    static const unsigned char none[6] = {0};
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        if (!at->ifa_addr || at->ifa_addr->sa_family != AF_PACKET ||
            strcmp(at->ifa_name, interface) != 0) {
            continue;
        }
        const struct sockaddr_ll *link = (const void *)at->ifa_addr;
        const unsigned char *mac = link->sll_addr;
        if (link->sll_halen == sizeof none && memcmp(mac, none, sizeof none) != 0) {
            char text[sizeof "02:00:5e:10:00:01"];
            snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                     mac[3], mac[4], mac[5]);
            PUT(mac, TEXT_SIZE, text);
        }
    }
}

static void read_network(ardoq_identity_t *identity)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0) {
        return;
    }
    const struct ifaddrs *chosen = choose_address(all);
    if (chosen) {
        put_ip_address(identity, chosen->ifa_addr);
        put_mac(identity, all, chosen->ifa_name);
    }
    freeifaddrs(all);
}

void ardoq_port_identity(ardoq_identity_t *identity)
{
    read_serial(identity);
    read_model(identity);
    read_manufacturer(identity);
    read_hardware_revision(identity);
    read_chip(identity);
    read_system(identity);
    read_network(identity);
}
