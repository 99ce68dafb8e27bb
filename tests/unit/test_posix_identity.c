/*
 * The identity from the POSIX port, read from a folder used as `/`. Interfaces and kernel are
 * scripted: -Wl,--wrap=NAME for freeifaddrs, getifaddrs, ardoq_tls_sha256_end, connect, getsockname
 * and uname.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <ftw.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "ardoq/port.h"
#include "ardoq/tls_sha256.h"
#include "facts.h"

#define MACHINE_ID      "0123456789abcdef0123456789abcdef"
/* Of MACHINE_ID, as systemd computes it. */
#define MACHINE_SERIAL  "8edcedfbdee34577931f590d79052fb2"

#define SERIAL_FILE     "/proc/device-tree/serial-number"
#define MODEL_FILE      "/proc/device-tree/model"
#define COMPATIBLE_FILE "/proc/device-tree/compatible"
#define DMI_SERIAL      "/sys/class/dmi/id/product_serial"
#define DMI_VENDOR      "/sys/class/dmi/id/sys_vendor"
#define DMI_NAME        "/sys/class/dmi/id/product_name"
#define DMI_VERSION     "/sys/class/dmi/id/product_version"

/* ---- The script ------------------------------------------------------------------------------ */

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_ll link;
} address_t;

enum { INTERFACES_MAX = 12 };

static struct {
    struct ifaddrs interfaces[INTERFACES_MAX];
    address_t addresses[INTERFACES_MAX];
    size_t count;
    bool no_interfaces; /* getifaddrs() fails */
    int hash_fails_at;  /* which hash, from 1 */
    int freed;
    struct utsname kernel;
    const char *ipv4_source; /* from which the kernel sends; null: it has no way */
    const char *ipv6_source;
    bool is_unnamed; /* getsockname() fails */
} script;

static int connected_family;

int __wrap_connect(int handle, const struct sockaddr *target, socklen_t size);
int __wrap_connect(int handle, const struct sockaddr *target, socklen_t size)
{
    assert_true(handle >= 0);
    assert_true(size >= sizeof(struct sockaddr_in));
    connected_family = target->sa_family;
    return (connected_family == AF_INET ? script.ipv4_source : script.ipv6_source) ? 0 : -1;
}

int __wrap_getsockname(int handle, struct sockaddr *address, socklen_t *size);
int __wrap_getsockname(int handle, struct sockaddr *address, socklen_t *size)
{
    struct sockaddr_in *v4 = (void *)address;
    struct sockaddr_in6 *v6 = (void *)address;
    assert_true(handle >= 0);
    assert_true(*size >= sizeof *v6);
    address->sa_family = (sa_family_t)connected_family;
    if (connected_family == AF_INET) {
        assert_int_equal(inet_pton(AF_INET, script.ipv4_source, &v4->sin_addr), 1);
    } else {
        assert_int_equal(inet_pton(AF_INET6, script.ipv6_source, &v6->sin6_addr), 1);
    }
    return script.is_unnamed ? -1 : 0;
}

int __wrap_getifaddrs(struct ifaddrs **interfaces);
int __wrap_getifaddrs(struct ifaddrs **interfaces)
{
    *interfaces = script.count > 0 ? script.interfaces : NULL;
    return script.no_interfaces ? -1 : 0;
}

void __wrap_freeifaddrs(struct ifaddrs *interfaces);
void __wrap_freeifaddrs(struct ifaddrs *interfaces)
{
    (void)interfaces;
    script.freed++;
}

int __wrap_uname(struct utsname *kernel);
int __wrap_uname(struct utsname *kernel)
{
    *kernel = script.kernel;
    return 0;
}

bool __real_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash);
bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash);
bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash)
{
    return __real_ardoq_tls_sha256_end(sha256, hash) && --script.hash_fails_at != 0;
}

/* ---- A device -------------------------------------------------------------------------------- */

static char root[256];

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    ardoq_facts_set_root("");
    return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static int set_up(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    strcpy(script.kernel.sysname, "Linux");
    strcpy(script.kernel.release, "6.1.0");
    strcpy(script.kernel.nodename, "device");
    const char *temporary = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/test_posix_identity.XXXXXX", temporary ? temporary : "/tmp");
    ardoq_facts_set_root(root);
    return mkdtemp(root) ? 0 : -1;
}

static void put_bytes(const char *name, const char *data, size_t size)
{
    char path[sizeof root + 128];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

/* A new device for the next row of a table. */
static void start_again(void)
{
    assert_int_equal(tear_down(NULL), 0);
    assert_int_equal(set_up(NULL), 0);
}

/* What is unknown is "". */
static const ardoq_identity_t *read_identity(void)
{
    static ardoq_identity_t identity;
    memset(&identity, 0, sizeof identity);
    ardoq_port_identity(&identity);
    for (ardoq_identity_field_t i = 0; i < ARDOQ_IDENTITY_COUNT; i++) {
        ardoq_identity_set(&identity, i, ardoq_identity_get(&identity, i));
    }
    return &identity;
}

typedef struct {
    const char *name;
    const char *text;
} entry_t;

enum { ENTRIES_MAX = 4 };

static void put_all(const entry_t entries[ENTRIES_MAX])
{
    for (size_t i = 0; i < ENTRIES_MAX && entries[i].name; i++) {
        put(entries[i].name, entries[i].text);
    }
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static void test_serial(void **state)
{
    (void)state;
    static const struct {
        entry_t files[ENTRIES_MAX];
        const char *expected;
    } rows[] = {
        {{{"/etc/hosts", ""}}, ""},
        {{{SERIAL_FILE, "10000000abcdef01"},
          {"/etc/machine-id", MACHINE_ID "\n"},
          {DMI_SERIAL, "CZC1234567\n"}},
         "10000000abcdef01"},
        {{{SERIAL_FILE, "0000000000000000"}, {"/etc/machine-id", MACHINE_ID "\n"}}, MACHINE_SERIAL},
        {{{"/etc/machine-id", MACHINE_ID "\n"}, {DMI_SERIAL, "CZC1234567\n"}}, MACHINE_SERIAL},
        {{{"/etc/machine-id", MACHINE_ID}}, MACHINE_SERIAL},
        {{{"/etc/machine-id", "0123456789ABCDEF0123456789ABCDEF"}}, MACHINE_SERIAL},
        {{{"/var/lib/dbus/machine-id", MACHINE_ID "\n"}}, MACHINE_SERIAL},
        {{{"/etc/machine-id", "uninitialized\n"}, {"/var/lib/dbus/machine-id", MACHINE_ID}},
         MACHINE_SERIAL},
        {{{"/etc/machine-id", "fedcba98765432100123456789abcdef\n"},
          {"/var/lib/dbus/machine-id", MACHINE_ID "\n"}},
         "710e54d81a694d7c9a5a907d802b69c2"},
        {{{"/etc/machine-id", MACHINE_ID "0\n"}, {DMI_SERIAL, "CZC1234567\n"}}, "CZC1234567"},
        {{{"/etc/machine-id", "0123456789abcdef0123456789abcde\n"}}, ""},
        {{{"/etc/machine-id", "g123456789abcdef0123456789abcdef\n"}}, ""},
        {{{"/etc/machine-id", "00000000000000000000000000000000\n"}}, ""},
        {{{"/etc/machine-id", ""}}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_all(rows[i].files);
        assert_string_equal(read_identity()->serial, rows[i].expected);
        start_again();
    }
}

static void test_hash_fails(void **state)
{
    (void)state;
    put("/etc/machine-id", MACHINE_ID);
    for (int i = 1; i <= 2; i++) {
        script.hash_fails_at = i;
        assert_string_equal(read_identity()->serial, "");
    }
}

static void test_junk_is_no_serial(void **state)
{
    (void)state;
    static const char *const junk[] = {
        "",
        "\n",
        "  \n",
        "0",
        "00000000",
        "0123456789",
        "123456789",
        "1234567890",
        "None",
        "none",
        "NONE\n",
        "(none)",
        "To Be Filled By O.E.M.\n",
        "to be filled by o.e.m.",
        "To be filled by OEM",
        "Default string",
        "Default",
        "System Serial Number",
        "Chassis Serial Number",
        "Base Board Serial Number",
        "Not Specified",
        "Not Applicable",
        "Not Available",
        "N/A",
        "NA",
        "Unknown",
        "Undefined",
        "Invalid",
        "Empty",
        "OEM",
        "O.E.M.",
        "xxxxxxxx",
        "XXXX-XXXX",
        "x.x",
        "........",
        "*",
        "-",
        "__",
    };
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        put(DMI_SERIAL, junk[i]);
        assert_string_equal(read_identity()->serial, "");
    }
    static const char *const good[] = {"None1", "1", "0A", "NAB", "01234567890", "OEM-7"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        put(DMI_SERIAL, good[i]);
        assert_string_equal(read_identity()->serial, good[i]);
    }
}

static void test_model(void **state)
{
    (void)state;
    static const struct {
        entry_t files[ENTRIES_MAX];
        const char *expected;
    } rows[] = {
        {{{MODEL_FILE, "Raspberry Pi 4 Model B Rev 1.4"}, {DMI_NAME, "x86"}},
         "Raspberry Pi 4 Model B Rev 1.4"},
        {{{DMI_VENDOR, "LENOVO\n"}, {DMI_NAME, "20XW005PMX\n"}}, "LENOVO 20XW005PMX"},
        {{{DMI_VENDOR, "HP\n"}, {DMI_NAME, "HP ProBook 450 G8\n"}}, "HP ProBook 450 G8"},
        {{{DMI_VENDOR, "Dell Inc.\n"}, {DMI_NAME, "Dell\n"}}, "Dell Inc. Dell"},
        {{{DMI_VENDOR, "System manufacturer\n"}, {DMI_NAME, "NUC7\n"}}, "NUC7"},
        {{{DMI_NAME, "NUC7\n"}}, "NUC7"},
        {{{DMI_VENDOR, "ASUS\n"}, {DMI_NAME, "System Product Name\n"}}, ""},
        {{{DMI_VENDOR, "ASUS\n"}}, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_all(rows[i].files);
        assert_string_equal(read_identity()->model, rows[i].expected);
        start_again();
    }
}

static void test_manufacturer(void **state)
{
    (void)state;
    put(DMI_VENDOR, "Dell Inc.\n");
    assert_string_equal(read_identity()->manufacturer, "Dell Inc.");
    start_again();
    put(DMI_VENDOR, "System manufacturer\n");
    assert_string_equal(read_identity()->manufacturer, "");
}

static void test_hardware_revision(void **state)
{
    (void)state;
    put("/proc/cpuinfo",
        "processor\t: 0\nCPU revision\t: 3\nRevisjon\t: 8\nRevisions\t: 9\nRevision\t: c03114\n");
    assert_string_equal(read_identity()->hardware_revision, "c03114");
    put(DMI_VERSION, "System Version\n");
    assert_string_equal(read_identity()->hardware_revision, "c03114");
    put(DMI_VERSION, "ThinkPad X1 Carbon Gen 9\n");
    assert_string_equal(read_identity()->hardware_revision, "ThinkPad X1 Carbon Gen 9");
}

static void test_chip(void **state)
{
    (void)state;
    assert_string_equal(read_identity()->chip, "");
    put("/proc/cpuinfo",
        "processor\t: 0\nmodel\t\t: 142\nmodel name\t: Intel(R) Core(TM) i5\nmodel name : other\n");
    assert_string_equal(read_identity()->chip, "Intel(R) Core(TM) i5");
    static const char compatible[] = "raspberrypi,4-model-b\0brcm,bcm2711";
    put_bytes(COMPATIBLE_FILE, compatible, sizeof compatible);
    assert_string_equal(read_identity()->chip, "brcm,bcm2711");
    put_bytes(COMPATIBLE_FILE, "one,only\0\0", 10);
    assert_string_equal(read_identity()->chip, "one,only");
    /* So long a list is cut; its last text is then not whole, but nothing breaks. */
    char long_list[600];
    memset(long_list, 'c', sizeof long_list);
    put_bytes(COMPATIBLE_FILE, long_list, sizeof long_list);
    assert_int_equal(strlen(read_identity()->chip), 63);
}

static void test_system(void **state)
{
    (void)state;
    static const struct {
        const char *name; /* the line of os-release */
        const char *expected;
    } rows[] = {
        {"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"",
         "Debian GNU/Linux 12 (bookworm), Linux 6.1.0"},
        {"PRETTY_NAME='Single Quotes'", "Single Quotes, Linux 6.1.0"},
        {"PRETTY_NAME=Plain", "Plain, Linux 6.1.0"},
        {"PRETTY_NAME=\"The \\\"Best\\\" \\\\ \\$1\"", "The \"Best\" \\ $1, Linux 6.1.0"},
        {"PRETTY_NAME='back\\slash'", "back\\slash, Linux 6.1.0"},
        {"PRETTY_NAME=\"cut short\\", "cut short\\, Linux 6.1.0"},
        {"PRETTY_NAME=\"\"", "Linux 6.1.0"},
        {"NAME=Other", "Linux 6.1.0"},
        {"#PRETTY_NAME=Comment", "Linux 6.1.0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char content[256];
        snprintf(content, sizeof content, "ID=x\n%s\nVERSION=1\n", rows[i].name);
        put("/etc/os-release", content);
        assert_string_equal(read_identity()->sdk_version, rows[i].expected);
    }
    put("/usr/lib/os-release", "PRETTY_NAME=Vendor\n");
    assert_string_equal(read_identity()->sdk_version, "Vendor, Linux 6.1.0");
    put("/etc/os-release", "PRETTY_NAME=Local\n");
    assert_string_equal(read_identity()->sdk_version, "Local, Linux 6.1.0");
}

static void test_host_name(void **state)
{
    (void)state;
    assert_string_equal(read_identity()->host_name, "device");
    strcpy(script.kernel.nodename, "(none)");
    assert_string_equal(read_identity()->host_name, "");
}

static void test_text_is_cleaned(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {" \tblanks", "blanks"},
        {"blanks \t\r\n", "blanks"},
        {"tab\tand\x1b[31mescape\x7f", "taband[31mescape"},
        {"two\nlines", "twolines"},
        {"~", "~"},
        {"\xc3\xa6\xc3\xb8\xc3\xa5 \xe2\x82\xac \xf0\x9f\x98\x80",
         "\xc3\xa6\xc3\xb8\xc3\xa5 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"a\xc2\x9b"
         "b\xc2\xa0"
         "c",
         "ab\xc2\xa0"
         "c"},                                                    /* C1 control, no-break space */
        {"a\x80z", "az"},                                         /* continuation alone */
        {"a\xc3z", "az"},                                         /* cut short */
        {"a\xe2\x82z", "az"},                                     /* cut short */
        {"a\xe2\x82", "a"},                                       /* cut short by the end */
        {"a\xf0\x9f\x98z", "az"},                                 /* cut short */
        {"a\xc0\xafz", "az"},                                     /* overlong */
        {"a\xe0\x9f\xbfz", "az"},                                 /* overlong */
        {"a\xf0\x8f\xbf\xbfz", "az"},                             /* overlong */
        {"a\xed\xa0\x80z", "az"},                                 /* surrogate */
        {"a\xf4\x90\x80\x80z", "az"},                             /* above U+10FFFF */
        {"a\xf5\x80\x80\x80z", "az"},                             /* no such byte */
        {"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"}, /* beside the surrogates */
        {"\xe0\xa0\x80\xe1\x80\x80", "\xe0\xa0\x80\xe1\x80\x80"},
        {"\xf0\x90\x80\x80\xf1\x80\x80\x80", "\xf0\x90\x80\x80\xf1\x80\x80\x80"},
        {"\xf4\x8f\xbf\xbf\xdf\xbf", "\xf4\x8f\xbf\xbf\xdf\xbf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put(MODEL_FILE, rows[i].text);
        assert_string_equal(read_identity()->model, rows[i].expected);
    }
}

static void test_text_is_cut_between_characters(void **state)
{
    (void)state;
    char text[80];
    memset(text, 'm', sizeof text);
    text[sizeof text - 1] = '\0';
    put(MODEL_FILE, text);
    assert_int_equal(strlen(read_identity()->model), 63);
    memcpy(text + 60, "\xe2\x82\xac", 3);
    put(MODEL_FILE, text);
    assert_int_equal(strlen(read_identity()->model), 63);
    memcpy(text + 60, "m\xe2\x82\xac", 4);
    put(MODEL_FILE, text);
    assert_int_equal(strlen(read_identity()->model), 61);
}

static void test_unknown_fields_stay(void **state)
{
    (void)state;
    ardoq_identity_t identity;
    memset(&identity, 0, sizeof identity);
#define ARDOQ_IDENTITY_FIELD(name, what) identity.name = "mine";
#include "ardoq/identity.def"
    put(MODEL_FILE, "\x01\x02");
    script.no_interfaces = true;
    script.kernel.nodename[0] = '\0';
    const int before = script.freed;
    ardoq_port_identity(&identity);
    assert_int_equal(script.freed, before);
    static const ardoq_identity_field_t known = ARDOQ_IDENTITY_sdk_version;
    for (ardoq_identity_field_t i = 0; i < ARDOQ_IDENTITY_COUNT; i++) {
        assert_string_equal(ardoq_identity_get(&identity, i), i == known ? "Linux 6.1.0" : "mine");
    }

    put(MODEL_FILE, "I");
    ardoq_port_identity(&identity);
    assert_string_equal(identity.model, "I");
}

static void test_nothing_stays_open(void **state)
{
    (void)state;
    put("/etc/machine-id", MACHINE_ID);
    put("/etc/os-release", "PRETTY_NAME=x\n");
    const int before = dup(STDOUT_FILENO);
    close(before);
    read_identity();
    const int after = dup(STDOUT_FILENO);
    close(after);
    assert_int_equal(after, before);
}

/* The end of the name would be lost, and another file read. */
static void test_name_too_long(void **state)
{
    (void)state;
    put("/file", "x");
    static char long_root[PATH_MAX];
    const size_t size = strlen(root) + strlen("/file");
    memset(long_root, '/', sizeof long_root);
    snprintf(long_root + sizeof long_root - 1 - size, size + 1, "%s/file", root);
    ardoq_facts_set_root(long_root);
    FILE *file = ardoq_fact_open("");
    assert_non_null(file);
    fclose(file);
    assert_null(ardoq_fact_open("1"));
}

/* ---- The network ----------------------------------------------------------------------------- */

static struct ifaddrs *add_interface(const char *name, unsigned flags)
{
    assert_true(script.count < INTERFACES_MAX);
    struct ifaddrs *added = &script.interfaces[script.count];
    *added = (struct ifaddrs){.ifa_name = (char *)name, .ifa_flags = flags};
    if (script.count > 0) {
        script.interfaces[script.count - 1].ifa_next = added;
    }
    script.count++;
    return added;
}

static void add_ip(const char *name, unsigned flags, const char *ip)
{
    struct ifaddrs *added = add_interface(name, flags);
    address_t *address = &script.addresses[script.count - 1];
    added->ifa_addr = &address->any;
    const bool is_v4 = inet_pton(AF_INET, ip, &address->v4.sin_addr) == 1;
    address->any.sa_family = is_v4 ? AF_INET : AF_INET6;
    assert_true(is_v4 || inet_pton(AF_INET6, ip, &address->v6.sin6_addr) == 1);
}

static void add_mac(const char *name, unsigned char size, unsigned char last)
{
    struct ifaddrs *added = add_interface(name, IFF_UP);
    address_t *address = &script.addresses[script.count - 1];
    added->ifa_addr = &address->any;
    address->link.sll_family = AF_PACKET;
    address->link.sll_halen = size;
    if (last) {
        memcpy(address->link.sll_addr, "\x02\x00\x5e\x10\xAB", 5);
    }
    address->link.sll_addr[5] = last;
}

/* lo, then two ordinary interfaces. */
static void add_usual_interfaces(void)
{
    add_interface("tun0", IFF_UP);
    add_mac("lo", 6, 0);
    add_mac("eth0", 6, 1);
    add_mac("wlan0", 6, 2);
    add_ip("lo", IFF_UP | IFF_LOOPBACK, "127.0.0.1");
    add_ip("eth0", IFF_UP, "fe80::1");
    add_ip("eth0", IFF_UP, "2001:db8::1");
    add_ip("eth0", IFF_UP, "192.0.2.1");
    add_ip("wlan0", IFF_UP, "2001:db8::2");
    add_ip("wlan0", IFF_UP, "192.0.2.2");
}

static void assert_network(const char *ip_address, const char *mac)
{
    const ardoq_identity_t *identity = read_identity();
    assert_string_equal(identity->ip_address, ip_address);
    assert_string_equal(identity->mac, mac);
}

static void test_first_interface_without_route(void **state)
{
    (void)state;
    add_usual_interfaces();
    assert_network("192.0.2.1", "02:00:5e:10:ab:01");
    assert_int_equal(script.freed, 1);
}

static void test_interface_from_which_the_kernel_sends(void **state)
{
    (void)state;
    static const struct {
        const char *ipv4_source;
        const char *ipv6_source;
        const char *ip_address;
        const char *mac;
    } rows[] = {
        {"192.0.2.1", NULL, "192.0.2.1", "02:00:5e:10:ab:01"},
        {"192.0.2.2", NULL, "192.0.2.2", "02:00:5e:10:ab:02"},
        {NULL, "2001:db8::1", "2001:db8::1", "02:00:5e:10:ab:01"},
        {NULL, "2001:db8::2", "2001:db8::2", "02:00:5e:10:ab:02"},
        {"192.0.2.2", "2001:db8::1", "192.0.2.2", "02:00:5e:10:ab:02"},
        {"192.0.2.1", "2001:db8::2", "192.0.2.1", "02:00:5e:10:ab:01"},
        /* of no interface, or of one that does not count */
        {"192.0.2.3", NULL, "192.0.2.1", "02:00:5e:10:ab:01"},
        {NULL, "2001:db8::3", "192.0.2.1", "02:00:5e:10:ab:01"},
        {"127.0.0.1", NULL, "192.0.2.1", "02:00:5e:10:ab:01"},
        {NULL, "fe80::1", "192.0.2.1", "02:00:5e:10:ab:01"},
    };
    add_usual_interfaces();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        script.ipv4_source = rows[i].ipv4_source;
        script.ipv6_source = rows[i].ipv6_source;
        assert_network(rows[i].ip_address, rows[i].mac);
    }
    script.is_unnamed = true;
    script.ipv4_source = "192.0.2.2";
    assert_network("192.0.2.1", "02:00:5e:10:ab:01");
}

/* Such as a bridge for containers, of which none runs. */
static void test_an_interface_without_a_carrier_comes_last(void **state)
{
    (void)state;
    add_ip("docker0", IFF_UP, "172.17.0.1");
    add_ip("eth0", IFF_UP | IFF_RUNNING, "2001:db8::1");
    assert_network("2001:db8::1", "");
    add_ip("eth1", IFF_UP | IFF_RUNNING, "192.0.2.1");
    assert_network("192.0.2.1", "");
}

static void test_ipv6_only(void **state)
{
    (void)state;
    add_ip("eth0", IFF_UP, "fe80::1");
    add_mac("eth0", 6, 1);
    assert_network("", "");
    add_ip("wlan0", IFF_UP, "fd00::2");
    add_ip("wlan0", IFF_UP, "2001:db8:1111:2222:3333:4444:5555:6666");
    assert_network("fd00::2", "");
}

static void test_ipv4_before_ipv6(void **state)
{
    (void)state;
    add_ip("eth0", IFF_UP, "2001:db8::1");
    add_ip("wlan0", IFF_UP, "192.0.2.2");
    assert_network("192.0.2.2", "");
    script.ipv6_source = "2001:db8::1";
    assert_network("2001:db8::1", "");
}

static void test_longest_address_fits(void **state)
{
    (void)state;
    add_ip("eth0", IFF_UP, "2001:1db8:1111:2222:3333:4444:5555:6666");
    assert_network("2001:1db8:1111:2222:3333:4444:5555:6666", "");
}

static void test_interfaces_that_do_not_count(void **state)
{
    (void)state;
    add_ip("lo", IFF_UP | IFF_LOOPBACK, "127.0.0.1");
    add_ip("eth0", 0, "192.0.2.1");
    add_ip("eth1", 0, "2001:db8::1");
    add_mac("eth2", 6, 3);
    assert_network("", "");
}

static void test_mac_that_is_none(void **state)
{
    (void)state;
    add_ip("tun0", IFF_UP, "192.0.2.1");
    add_mac("tun0", 0, 1);
    assert_network("192.0.2.1", "");
    add_mac("tun0", 6, 0);
    assert_network("192.0.2.1", "");
    add_mac("tun1", 6, 1);
    assert_network("192.0.2.1", "");
    add_mac("tun0", 8, 1);
    assert_network("192.0.2.1", "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_serial),
        TEST(test_hash_fails),
        TEST(test_junk_is_no_serial),
        TEST(test_model),
        TEST(test_manufacturer),
        TEST(test_hardware_revision),
        TEST(test_chip),
        TEST(test_system),
        TEST(test_host_name),
        TEST(test_text_is_cleaned),
        TEST(test_text_is_cut_between_characters),
        TEST(test_unknown_fields_stay),
        TEST(test_nothing_stays_open),
        TEST(test_name_too_long),
        TEST(test_first_interface_without_route),
        TEST(test_interface_from_which_the_kernel_sends),
        TEST(test_an_interface_without_a_carrier_comes_last),
        TEST(test_ipv6_only),
        TEST(test_ipv4_before_ipv6),
        TEST(test_longest_address_fits),
        TEST(test_interfaces_that_do_not_count),
        TEST(test_mac_that_is_none),
    };
    return cmocka_run_group_tests_name("posix_identity", tests, NULL, NULL);
}
