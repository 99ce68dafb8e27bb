/*
 * The store of the POSIX port, on real files. System calls of store.c pass through the __wrap_
 * functions below, where any of them can fail or be the last one of the process:
 * -Wl,--wrap=NAME for close, flock, free, fstat, fsync, geteuid, lstat, malloc, mkdir, open,
 * openat, read, renameat, unlinkat and write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ardoq/port_posix.h"

#define FIRST_LINE                                                                                 \
    "# Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.\n"
#define SECRET "the-secret-token"

enum { TEXT_MAX = 1024 * 1024, NOBODY = 65534, CRASHED = 99 };

/* ---- Faults ---------------------------------------------------------------------------------- */

typedef enum {
    ANY,
    CLOSE,
    FLOCK,
    FSTAT,
    FSYNC,
    MALLOC,
    MKDIR,
    OPEN,
    OPENAT,
    READ,
    RENAMEAT,
    UNLINKAT,
    WRITE,
} call_t;

static struct {
    call_t call; /* which calls count */
    int at;      /* which of them is hit, from 1; 0 for none */
    int code;    /* errno of the failure; 0 for the end of the process */
    int seen;
    bool torn;        /* half of a write is done before it is hit */
    bool bytewise;    /* read and write do one byte at a time */
    bool shrunk;      /* read finds the end of the file at once */
    bool other_owner; /* the process seems to run as another user */
    bool overtaken;   /* another writer makes the store before lstat looks for it */
    bool watch_free;
    bool secret_freed;
    bool folder_dirty; /* a rename is not on the disk yet */
    int unsynced;      /* the temporary file as long as its content is not on the disk, else -1 */
} faults = {.unsynced = -1};

static int blocks; /* on the heap */

int __real_close(int file);

static void no_faults(void)
{
    if (faults.unsynced >= 0) {
        __real_close(faults.unsynced);
    }
    memset(&faults, 0, sizeof faults);
    faults.unsynced = -1;
}

static void inject(call_t call, int at, int code)
{
    no_faults();
    faults.call = call;
    faults.at = at;
    faults.code = code;
}

/* The machine stops: what is not on the disk is lost. */
static void crash(void)
{
    if (faults.unsynced >= 0 && ftruncate(faults.unsynced, 0) < 0) {
        _exit(1);
    }
    _exit(CRASHED);
}

static bool is_hit(call_t call)
{
    if (faults.call != ANY && faults.call != call) {
        return false;
    }
    if (++faults.seen != faults.at) {
        return false;
    }
    if (faults.code == 0 && !faults.torn) {
        crash();
    }
    errno = faults.code;
    return true;
}

int __wrap_close(int file);
int __wrap_close(int file)
{
    const bool hit = is_hit(CLOSE);
    const int code = errno;
    const int result = __real_close(file);
    errno = hit ? code : errno;
    return hit ? -1 : result;
}

int __real_flock(int file, int operation);
int __wrap_flock(int file, int operation);
int __wrap_flock(int file, int operation)
{
    return is_hit(FLOCK) ? -1 : __real_flock(file, operation);
}

int __real_fstat(int file, struct stat *status);
int __wrap_fstat(int file, struct stat *status);
int __wrap_fstat(int file, struct stat *status)
{
    return is_hit(FSTAT) ? -1 : __real_fstat(file, status);
}

/* Only noted: a process that ends loses nothing, and waiting for the disk takes time. */
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    if (is_hit(FSYNC)) {
        return -1;
    }
    struct stat status;
    if (__real_fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        faults.folder_dirty = false;
    } else if (faults.unsynced >= 0) {
        __real_close(faults.unsynced);
        faults.unsynced = -1;
    }
    return 0;
}

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);
uid_t __wrap_geteuid(void)
{
    return __real_geteuid() + (faults.other_owner ? 1 : 0);
}

int __real_lstat(const char *path, struct stat *status);
int __wrap_lstat(const char *path, struct stat *status);
int __wrap_lstat(const char *path, struct stat *status)
{
    if (faults.overtaken) {
        faults.overtaken = false;
        assert_int_equal(ardoq_port_store_set("other", "first"), ARDOQ_OK);
    }
    return __real_lstat(path, status);
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    if (is_hit(MALLOC)) {
        return NULL;
    }
    blocks++;
    return __real_malloc(size);
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    if (faults.watch_free && memory &&
        memmem(memory, malloc_usable_size(memory), SECRET, strlen(SECRET))) {
        faults.secret_freed = true;
    }
    blocks -= memory ? 1 : 0;
    __real_free(memory);
}

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    return is_hit(MKDIR) ? -1 : __real_mkdir(path, mode);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags);
int __wrap_open(const char *path, int flags)
{
    assert_true(flags & O_CLOEXEC);
    return is_hit(OPEN) ? -1 : __real_open(path, flags);
}

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode)
{
    assert_true(flags & O_CLOEXEC);
    if (is_hit(OPENAT)) {
        return -1;
    }
    const int file = __real_openat(folder, path, flags, (flags & O_CREAT) ? mode : 0);
    if (file >= 0 && (flags & O_EXCL)) {
        faults.unsynced = dup(file);
    }
    return file;
}

ssize_t __real_read(int file, void *buffer, size_t size);
ssize_t __wrap_read(int file, void *buffer, size_t size);
ssize_t __wrap_read(int file, void *buffer, size_t size)
{
    if (is_hit(READ)) {
        return -1;
    }
    return faults.shrunk ? 0 : __real_read(file, buffer, faults.bytewise ? 1 : size);
}

int __real_renameat(int from_folder, const char *from, int to_folder, const char *to);
int __wrap_renameat(int from_folder, const char *from, int to_folder, const char *to);
int __wrap_renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    if (is_hit(RENAMEAT)) {
        return -1;
    }
    faults.folder_dirty = true;
    return __real_renameat(from_folder, from, to_folder, to);
}

int __real_unlinkat(int folder, const char *path, int flags);
int __wrap_unlinkat(int folder, const char *path, int flags);
int __wrap_unlinkat(int folder, const char *path, int flags)
{
    return is_hit(UNLINKAT) ? -1 : __real_unlinkat(folder, path, flags);
}

ssize_t __real_write(int file, const void *data, size_t size);
ssize_t __wrap_write(int file, const void *data, size_t size);
ssize_t __wrap_write(int file, const void *data, size_t size)
{
    if (is_hit(WRITE)) {
        if (faults.torn) {
            if (__real_write(file, data, size / 2) < 0) {
                _exit(1);
            }
            /* The disk took half of it on its own. */
            faults.unsynced = -1;
            crash();
        }
        return -1;
    }
    return __real_write(file, data, faults.bytewise ? 1 : size);
}

/* ---- A folder for each test ------------------------------------------------------------------ */

static char folder[256];
static char store[1024];
static int next_descriptor; /* that a new file gets */

static int find_next_descriptor(void)
{
    const int next = dup(STDOUT_FILENO);
    __real_close(next);
    return next;
}

static char *beside(const char *suffix)
{
    static char path[sizeof store + 16];
    snprintf(path, sizeof path, "%s%s", store, suffix);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    no_faults();
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/test_posix_store.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(store, sizeof store, "%s/store", folder);
    ardoq_posix_set_store_path(store);
    next_descriptor = find_next_descriptor();
    return 0;
}

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
    no_faults();
    ardoq_posix_set_store_path(NULL);
    assert_int_equal(blocks, 0);
    assert_int_equal(find_next_descriptor(), next_descriptor);
    return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *path, const char *data, size_t size)
{
    unlink(path);
    const int file = __real_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(__real_write(file, data, size), size);
    assert_int_equal(close(file), 0);
}

typedef struct {
    char data[2048];
    size_t size;
} file_t;

static file_t read_file(const char *path)
{
    file_t content = {0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    const ssize_t size = __real_read(file, content.data, sizeof content.data - 1);
    assert_in_range(size, 0, sizeof content.data - 1);
    content.size = (size_t)size;
    assert_int_equal(close(file), 0);
    return content;
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static unsigned mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static ino_t inode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

static void assert_value(const char *key, const char *expected)
{
    char value[256] = "untouched";
    assert_int_equal(ardoq_port_store_get(key, value, sizeof value), ARDOQ_OK);
    assert_string_equal(value, expected);
}

static void assert_not_set(const char *key)
{
    char value[16] = "untouched";
    assert_int_equal(ardoq_port_store_get(key, value, sizeof value), ARDOQ_ERR_NOT_SET);
    assert_string_equal(value, "untouched");
}

static void assert_set(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

/* All three functions give this error and change nothing. */
static void assert_refused(ardoq_err_t expected)
{
    const file_t before = read_file(store);
    char value[64] = "untouched";
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value), expected);
    assert_string_equal(value, "untouched");
    assert_int_equal(ardoq_port_store_set("host", "x"), expected);
    assert_int_equal(ardoq_port_store_erase("host"), expected);
    const file_t after = read_file(store);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    assert_false(exists(beside(".new")));
}

/* Runs as a process of its own. @return its exit status */
static int run_child(int (*body)(int), int argument)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(body(argument));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void test_values_come_back(void **state)
{
    (void)state;
    static const char *const values[] = {
        "",
        "plain",
        "a=b=c",
        "tab\there",
        "back\\slash",
        "\\n is no line feed",
        "two\nlines\n",
        "\r\n",
        "\\",
        "Bj\xc3\xb8rnstjerne",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_set("value", values[i]);
        assert_value("value", values[i]);
    }
    assert_not_set("valu");
    assert_not_set("value2");
}

static void test_each_key_has_its_value(void **state)
{
    (void)state;
    assert_not_set("host");
    assert_set("token", "t");
    assert_set("host", "h");
    assert_set("a_key_of_15_cha", "15");
    assert_set("hos", "prefix");
    assert_set("0", "digit");
    assert_set("host", "h2");
    assert_value("token", "t");
    assert_value("host", "h2");
    assert_value("a_key_of_15_cha", "15");
    assert_value("hos", "prefix");
    assert_value("0", "digit");
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_not_set("host");
    assert_value("hos", "prefix");
    assert_value("token", "t");
}

static void test_value_must_fit(void **state)
{
    (void)state;
    assert_set("key", "abc\n");
    char value[8] = "untouch";
    assert_int_equal(ardoq_port_store_get("key", value, 4), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_string_equal(value, "untouch");
    assert_int_equal(ardoq_port_store_get("key", value, 5), ARDOQ_OK);
    assert_string_equal(value, "abc\n");
    assert_memory_equal(value + 5, "ch", 3);
}

static void test_key_must_be_one(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",     "a_key_of_16_char", "Host", "hosT", "a-b", "a.b", "a b", "a=b",
        "a\nb", "\xc3\xa6",         "`",    "{",    "/",   ":",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char value[8];
        assert_int_equal(ardoq_port_store_get(keys[i], value, sizeof value),
                         ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(ardoq_port_store_set(keys[i], "x"), ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(ardoq_port_store_erase(keys[i]), ARDOQ_ERR_INVALID_ARGUMENT);
    }
    assert_false(exists(store));
    assert_set("az09_", "x");
}

static void test_erase_of_nothing_writes_nothing(void **state)
{
    (void)state;
    char missing[sizeof folder + 16];
    snprintf(missing, sizeof missing, "%s/missing/store", folder);
    ardoq_posix_set_store_path(missing);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    *strrchr(missing, '/') = '\0';
    assert_false(exists(missing));

    ardoq_posix_set_store_path(store);
    assert_set("host", "h");
    const ino_t before = inode_of(store);
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_OK);
    assert_int_equal(inode_of(store), before);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_int_not_equal(inode_of(store), before);
}

/* ---- All values ------------------------------------------------------------------------------ */

/* "key=value;" of each; a value that does not fit is "?". */
static ardoq_err_t note_value(void *context, const char *key, const char *value)
{
    char *noted = context;
    strcat(strcat(strcat(noted, key), "="), value ? value : "?");
    strcat(noted, ";");
    return strcmp(key, "last") == 0 ? ARDOQ_ERR_SETTING_INVALID : ARDOQ_OK;
}

static void assert_each(ardoq_err_t expected, const char *values)
{
    char buffer[8] = "";
    char noted[256] = "";
    assert_int_equal(ardoq_port_store_each(buffer, sizeof buffer, note_value, noted), expected);
    assert_string_equal(noted, values);
}

static void test_each(void **state)
{
    (void)state;
    assert_each(ARDOQ_OK, "");
    assert_set("host", "1\n3\\567");
    assert_set("ca0", "12345678");
    assert_set("empty", "");
    assert_each(ARDOQ_OK, "ca0=?;empty=;host=1\n3\\567;");
    assert_set("last", "l");
    assert_set("pin0", "p");
    assert_each(ARDOQ_ERR_SETTING_INVALID, "ca0=?;empty=;host=1\n3\\567;last=l;");
}

/* The environment overrides the store; where there is none it stands alone. */
static void test_each_with_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("ARDOQ_API_HOST", "longer than the buffer", 1), 0);
    assert_each(ARDOQ_OK, "host=longer than the buffer;");
    assert_set("host", "h");
    assert_each(ARDOQ_OK, "host=h;host=longer than the buffer;");
    assert_int_equal(chmod(store, 0644), 0);
    assert_each(ARDOQ_ERR_STORE_PERMISSIONS, "");
    assert_int_equal(unsetenv("ARDOQ_API_HOST"), 0);
}

/* ---- The file -------------------------------------------------------------------------------- */

static void test_text_of_the_file(void **state)
{
    (void)state;
    /* The checksum is that of zlib. */
    static const char expected[] = FIRST_LINE "cert=-----BEGIN\\nline\\r\\n\n"
                                              "host=https://acme.ardoq.com\n"
                                              "path=C:\\\\x\n"
                                              "# crc32 a45aebaa\n";
    assert_set("path", "C:\\x");
    assert_set("host", "https://acme.ardoq.com");
    assert_set("cert", "-----BEGIN\nline\r\n");
    assert_string_equal(read_file(store).data, expected);

    static const char empty[] = FIRST_LINE "# crc32 170bd104\n";
    assert_int_equal(ardoq_port_store_erase("path"), ARDOQ_OK);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_int_equal(ardoq_port_store_erase("cert"), ARDOQ_OK);
    assert_string_equal(read_file(store).data, empty);
    assert_not_set("host");
}

static void test_every_changed_byte_is_noticed(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_set("ca0", "-----BEGIN\n");
    const file_t good = read_file(store);
    for (size_t i = 0; i < good.size; i++) {
        file_t bad = good;
        bad.data[i] ^= 1;
        write_file(store, bad.data, bad.size);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        write_file(store, good.data, i);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
    write_file(store, good.data, good.size + 1);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    write_file(store, good.data, good.size);
    assert_value("host", "h");
}

static uint32_t checksum(const char *data, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size * 8; i++) {
        const uint32_t bit = ((uint32_t)(unsigned char)data[i / 8] >> (i % 8)) & 1;
        crc = ((crc ^ bit) & 1) ? (crc >> 1) ^ 0xedb88320U : crc >> 1;
    }
    return ~crc;
}

static void write_with_checksum(const char *text, size_t size)
{
    char content[1024];
    memcpy(content, text, size);
    const int more = snprintf(content + size, sizeof content - size, "# crc32 %08x\n",
                              (unsigned)checksum(text, size));
    write_file(store, content, size + (size_t)more);
}

typedef struct {
    const char *text;
    size_t size;
} text_t;

#define TEXT(text) text, sizeof(text) - 1

static void test_wrong_text_with_right_checksum(void **state)
{
    (void)state;
    static const text_t good[] = {
        {TEXT(FIRST_LINE "host=h\n")},
        {TEXT(FIRST_LINE "a=\nhost=h\nz==\n")},
        {TEXT(FIRST_LINE "a_key_of_15_cha=\nhost=h\nhost0=\nhost_=\nhosta=\n")},
    };
    static const text_t bad[] = {
        {TEXT("host=h\n")},
        {TEXT(
            "# Ardoq settings, format 2. It ends in a checksum: change it with `ardoq config set`."
            "\nhost=h\n")},
        {TEXT(FIRST_LINE "host=h")},
        {TEXT(FIRST_LINE "=x\nhost=h\n")},
        {TEXT(FIRST_LINE "host=h\nkeY=x\n")},
        {TEXT(FIRST_LINE "a-b=x\nhost=h\n")},
        {TEXT(FIRST_LINE "a_key_of_16_char=x\nhost=h\n")},
        {TEXT(FIRST_LINE "host=h\nkey\n")},
        {TEXT(FIRST_LINE "host=h\nkey\nz=x\n")},
        {TEXT(FIRST_LINE "\nhost=h\n")},
        {TEXT(FIRST_LINE "# comment=\nhost=h\n")},
        {TEXT(FIRST_LINE "host=h\nhost=h\n")},
        {TEXT(FIRST_LINE "host=h\ntoken=1\ntoken=2\n")},
        {TEXT(FIRST_LINE "token=t\nhost=h\n")},
        {TEXT(FIRST_LINE "host=h\nhos=t\n")},
        {TEXT(FIRST_LINE "host0=h\nhost=h\n")},
        {TEXT(FIRST_LINE "host=\\t\n")},
        {TEXT(FIRST_LINE "host=h\\\n")},
        {TEXT(FIRST_LINE "host=h\\\\\\\n")},
        {TEXT(FIRST_LINE "host=h\r\n")},
        {TEXT(FIRST_LINE "host=h\0h\n")},
        {TEXT(FIRST_LINE "a=\0\nhost=h\n")},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        write_with_checksum(good[i].text, good[i].size);
        assert_value("host", "h");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_with_checksum(bad[i].text, bad[i].size);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
}

static void test_size_is_limited(void **state)
{
    (void)state;
    static char value[TEXT_MAX];
    static char read_back[TEXT_MAX];
    const size_t largest = TEXT_MAX - strlen(FIRST_LINE "k=\n# crc32 01234567\n");
    memset(value, 'v', largest + 1);
    assert_int_equal(ardoq_port_store_set("k", value), ARDOQ_ERR_STORE_FULL);
    assert_false(exists(store));
    value[largest] = '\0';
    assert_set("k", value);
    assert_int_equal(ardoq_port_store_get("k", read_back, sizeof read_back), ARDOQ_OK);
    assert_string_equal(read_back, value);
    assert_int_equal(ardoq_port_store_set("a", ""), ARDOQ_ERR_STORE_FULL);
    assert_not_set("a");

    /* One byte more, and right in every other way. */
    static char text[TEXT_MAX + 2];
    memset(value, 'v', largest + 1);
    const int size = snprintf(text, sizeof text, "%sk=%s\n", FIRST_LINE, value);
    snprintf(text + size, sizeof text - (size_t)size, "# crc32 %08x\n",
             (unsigned)checksum(text, (size_t)size));
    write_file(store, text, TEXT_MAX + 1);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
}

/* ---- Where it is ----------------------------------------------------------------------------- */

static void put_environment(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void test_path(void **state)
{
    (void)state;
    static const struct {
        const char *chosen;
        const char *xdg;
        const char *home;
        ardoq_err_t err;
        const char *path;
    } rows[] = {
        {"mine", "/xdg", "/home/me", ARDOQ_OK, "mine"},
        {NULL, "/xdg", "/home/me", ARDOQ_OK, "/xdg/ardoq/store"},
        {NULL, "/xdg", NULL, ARDOQ_OK, "/xdg/ardoq/store"},
        {NULL, "xdg", "/home/me", ARDOQ_OK, "/home/me/.config/ardoq/store"},
        {NULL, "", "/home/me", ARDOQ_OK, "/home/me/.config/ardoq/store"},
        {NULL, NULL, "/home/me", ARDOQ_OK, "/home/me/.config/ardoq/store"},
        {NULL, NULL, "home", ARDOQ_ERR_NOT_SET, "untouched"},
        {NULL, NULL, "", ARDOQ_ERR_NOT_SET, "untouched"},
        {NULL, NULL, NULL, ARDOQ_ERR_NOT_SET, "untouched"},
        {"a path of 32 bytes with its NULL", NULL, NULL, ARDOQ_ERR_STORE_UNAVAILABLE, "untouched"},
        {"a path of 31 bytes with its NUL", NULL, NULL, ARDOQ_OK,
         "a path of 31 bytes with its NUL"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put_environment("XDG_CONFIG_HOME", rows[i].xdg);
        put_environment("HOME", rows[i].home);
        ardoq_posix_set_store_path(rows[i].chosen);
        char path[32] = "untouched";
        assert_int_equal(ardoq_posix_store_path(path, sizeof path), rows[i].err);
        assert_string_equal(path, rows[i].path);
    }
}

static void test_no_path_at_all(void **state)
{
    (void)state;
    put_environment("XDG_CONFIG_HOME", NULL);
    put_environment("HOME", NULL);
    ardoq_posix_set_store_path(NULL);
    assert_not_set("host");
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_default_folder_is_made(void **state)
{
    (void)state;
    put_environment("XDG_CONFIG_HOME", NULL);
    put_environment("HOME", folder);
    ardoq_posix_set_store_path(NULL);
    const mode_t before = umask(0);
    assert_set("host", "h");
    umask(before);
    snprintf(store, sizeof store, "%s/.config/ardoq/store", folder);
    assert_int_equal(mode_of(store), 0600);
    assert_int_equal(mode_of(beside(".lock")), 0600);
    char path[sizeof folder + 32];
    snprintf(path, sizeof path, "%s/.config", folder);
    assert_int_equal(mode_of(path), 0700);
    snprintf(path, sizeof path, "%s/.config/ardoq", folder);
    assert_int_equal(mode_of(path), 0700);
    assert_value("host", "h");
}

static void test_names_that_cannot_be_written(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'n', sizeof name);
    static const struct {
        int length; /* of the name, with room for the suffix of the lock or not */
        ardoq_err_t err;
    } rows[] = {
        {250, ARDOQ_OK},
        {251, ARDOQ_ERR_STORE_UNAVAILABLE},
        {252, ARDOQ_ERR_STORE_UNAVAILABLE},
        {256, ARDOQ_ERR_STORE_UNAVAILABLE},
        {0, ARDOQ_ERR_STORE_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(store, sizeof store, "%s/new/%.*s", folder, rows[i].length, name);
        assert_int_equal(ardoq_port_store_set("host", "h"), rows[i].err);
    }
    ardoq_posix_set_store_path("");
    assert_not_set("host");
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);

    static char long_path[PATH_MAX + 1];
    memset(long_path, 'p', PATH_MAX);
    ardoq_posix_set_store_path(long_path);
    assert_int_equal(ardoq_port_store_get("host", name, 1), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_path_without_folder(void **state)
{
    (void)state;
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    ardoq_posix_set_store_path("store");
    assert_set("host", "h");
    assert_value("host", "h");
    assert_int_equal(chdir(before), 0);
    assert_true(exists(store));
}

static void test_link_is_followed(void **state)
{
    (void)state;
    char target[sizeof folder + 32];
    snprintf(target, sizeof target, "%s/dotfiles", folder);
    assert_int_equal(mkdir(target, 0700), 0);
    strcat(target, "/ardoq");

    assert_int_equal(symlink(target, store), 0);
    assert_not_set("host");
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(exists(target));

    ardoq_posix_set_store_path(target);
    assert_set("host", "h");
    ardoq_posix_set_store_path(store);
    assert_set("host", "h2");
    assert_value("host", "h2");
    assert_false(exists(beside(".lock")));
    ardoq_posix_set_store_path(target);
    assert_value("host", "h2");
    struct stat status;
    assert_int_equal(lstat(store, &status), 0);
    assert_true(S_ISLNK(status.st_mode));
}

static void test_environment(void **state)
{
    (void)state;
    put_environment("ARDOQ_API_HOST", "acme.ardoq.com");
    assert_string_equal(ardoq_port_environment("ARDOQ_API_HOST"), "acme.ardoq.com");
    put_environment("ARDOQ_API_HOST", NULL);
    assert_null(ardoq_port_environment("ARDOQ_API_HOST"));
}

/* ---- Who may read it ------------------------------------------------------------------------- */

static void test_others_may_not_read_it(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601, 0644, 0660};
    assert_set("host", "h");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(store, modes[i]), 0);
        assert_refused(ARDOQ_ERR_STORE_PERMISSIONS);
    }
    static const mode_t own[] = {0600, 0400, 0700};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_int_equal(chmod(store, own[i]), 0);
        assert_value("host", "h");
    }
}

static void test_stranger_may_not_own_it(void **state)
{
    (void)state;
    assert_set("host", "h");
    if (__real_geteuid() == 0) {
        /* What root owns, every user takes. */
        faults.other_owner = true;
        assert_value("host", "h");
        faults.other_owner = false;
        if (chown(store, NOBODY, NOBODY) < 0) {
            skip();
        }
    } else {
        faults.other_owner = true;
    }
    assert_refused(ARDOQ_ERR_STORE_PERMISSIONS);
}

static int use_closed_folder(int unused)
{
    (void)unused;
    /* Root may enter every folder, so it must become somebody who may not. */
    if (__real_geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)) {
        return 2;
    }
    char value[16];
    return ardoq_port_store_get("host", value, sizeof value) == ARDOQ_ERR_STORE_UNAVAILABLE &&
                   ardoq_port_store_set("host", "x") == ARDOQ_ERR_STORE_UNAVAILABLE &&
                   ardoq_port_store_erase("host") == ARDOQ_ERR_STORE_UNAVAILABLE
               ? 0
               : 1;
}

static void test_closed_folder(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_int_equal(chmod(folder, 0), 0);
    const int result = run_child(use_closed_folder, 0);
    assert_int_equal(chmod(folder, 0700), 0);
    if (result == 2) {
        skip();
    }
    assert_int_equal(result, 0);
    assert_value("host", "h");
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    char value[16];
    assert_int_equal(mkfifo(store, 0600), 0);
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                     ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_port_store_set("host", "x"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(unlink(store), 0);
    assert_int_equal(mkdir(store, 0700), 0);
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                     ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_port_store_set("host", "x"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(rmdir(store), 0);

    /* A file in the place of the folder: there is no store, and none can be made. */
    char below[sizeof store + 16];
    snprintf(below, sizeof below, "%s/store", store);
    write_file(store, "x", 1);
    ardoq_posix_set_store_path(below);
    assert_not_set("host");
    assert_int_equal(ardoq_port_store_set("host", "x"), ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_lock_that_leads_elsewhere(void **state)
{
    (void)state;
    char elsewhere[sizeof folder + 16];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", folder);
    assert_int_equal(symlink(elsewhere, beside(".lock")), 0);
    assert_int_equal(ardoq_port_store_set("host", "x"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(exists(elsewhere));
}

/* ---- When something fails -------------------------------------------------------------------- */

static void test_failing_calls(void **state)
{
    (void)state;
    static const struct {
        call_t call;
        int at;
        int code;
        ardoq_err_t err;
    } rows[] = {
        {OPEN, 1, EACCES, ARDOQ_ERR_STORE_UNAVAILABLE},
        {OPENAT, 1, EROFS, ARDOQ_ERR_STORE_UNAVAILABLE},  /* the lock */
        {OPENAT, 1, ENOSPC, ARDOQ_ERR_STORE_FULL},        /* the lock */
        {OPENAT, 2, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},    /* the store */
        {OPENAT, 3, EDQUOT, ARDOQ_ERR_STORE_FULL},        /* the new text */
        {OPENAT, 3, EACCES, ARDOQ_ERR_STORE_UNAVAILABLE}, /* the new text */
        {FLOCK, 1, ENOLCK, ARDOQ_ERR_STORE_UNAVAILABLE},
        {FLOCK, 1, EINTR, ARDOQ_OK},
        {FSTAT, 1, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {MALLOC, 1, ENOMEM, ARDOQ_ERR_STORE_UNAVAILABLE}, /* for the old text */
        {MALLOC, 2, ENOMEM, ARDOQ_ERR_STORE_UNAVAILABLE}, /* for the new text */
        {READ, 1, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {READ, 1, EINTR, ARDOQ_OK},
        {WRITE, 1, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {WRITE, 1, ENOSPC, ARDOQ_ERR_STORE_FULL},
        {WRITE, 1, EFBIG, ARDOQ_ERR_STORE_FULL},
        {WRITE, 1, EINTR, ARDOQ_OK},
        {FSYNC, 1, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {FSYNC, 1, ENOSPC, ARDOQ_ERR_STORE_FULL},
        {FSYNC, 1, EINVAL, ARDOQ_ERR_STORE_UNAVAILABLE},
        {CLOSE, 2, EIO, ARDOQ_ERR_STORE_UNAVAILABLE}, /* of the new text */
        {CLOSE, 2, EDQUOT, ARDOQ_ERR_STORE_FULL},
        {RENAMEAT, 1, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {RENAMEAT, 1, ENOSPC, ARDOQ_ERR_STORE_FULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        no_faults();
        assert_set("host", "old");
        inject(rows[i].call, rows[i].at, rows[i].code);
        assert_int_equal(ardoq_port_store_set("host", "new"), rows[i].err);
        assert_true(faults.seen >= rows[i].at);
        no_faults();
        assert_value("host", rows[i].err ? "old" : "new");
        assert_false(exists(beside(".new")));
    }
}

/* Once the file has its new name, only the folder's place on the disk can fail. */
static void test_folder_that_cannot_be_written_out(void **state)
{
    (void)state;
    inject(FSYNC, 2, EIO);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    inject(FSYNC, 2, EINVAL);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_OK);
    assert_int_equal(faults.seen, 2);
}

static void test_no_folder_can_be_made(void **state)
{
    (void)state;
    snprintf(store, sizeof store, "%s/new/store", folder);
    /* The last of the path; those before it are there. */
    int folders = 0;
    for (const char *at = store; *at; at++) {
        folders += at > store && *at == '/' ? 1 : 0;
    }
    inject(MKDIR, folders, EACCES);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    no_faults();
    assert_set("host", "h");
}

static void test_reading_fails(void **state)
{
    (void)state;
    assert_set("host", "h");
    static const struct {
        call_t call;
        int code;
        ardoq_err_t err;
    } rows[] = {
        {OPENAT, EMFILE, ARDOQ_ERR_STORE_UNAVAILABLE},
        {OPENAT, ENOTDIR, ARDOQ_ERR_NOT_SET},
        {FSTAT, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {MALLOC, ENOMEM, ARDOQ_ERR_STORE_UNAVAILABLE},
        {READ, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        inject(rows[i].call, 1, rows[i].code);
        char value[16] = "untouched";
        assert_int_equal(ardoq_port_store_get("host", value, sizeof value), rows[i].err);
        assert_string_equal(value, "untouched");
        assert_int_equal(faults.seen, 1);
    }
}

static void test_small_steps(void **state)
{
    (void)state;
    faults.bytewise = true;
    assert_set("host", "h");
    assert_set("token", "t");
    assert_value("host", "h");
    assert_value("token", "t");
}

static void test_file_shrinks(void **state)
{
    (void)state;
    assert_set("host", "h");
    faults.shrunk = true;
    char value[16];
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value), ARDOQ_ERR_STORE_DAMAGED);
}

static void test_leftovers_of_a_crash(void **state)
{
    (void)state;
    assert_set("host", "h");
    write_file(beside(".new"), "half a te", 9);
    assert_int_equal(chmod(beside(".new"), 0644), 0);
    assert_value("host", "h");
    assert_set("host", "h2");
    assert_value("host", "h2");
    assert_int_equal(mode_of(store), 0600);
    assert_false(exists(beside(".new")));
}

/* The new text goes to a new file only. */
static void test_leftovers_that_stay(void **state)
{
    (void)state;
    write_file(beside(".new"), "of somebody else", 16);
    inject(UNLINKAT, 1, EACCES);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(exists(store));
}

/* A program without standard input gets 0 for a file. */
static void test_descriptor_may_be_zero(void **state)
{
    (void)state;
    const int input = dup(STDIN_FILENO);
    __real_close(STDIN_FILENO);
    char value[8] = "";
    const ardoq_err_t set = ardoq_port_store_set("host", "h");
    const ardoq_err_t get = ardoq_port_store_get("host", value, sizeof value);
    const bool is_closed = fcntl(STDIN_FILENO, F_GETFD) < 0;
    if (input >= 0) {
        dup2(input, STDIN_FILENO);
        __real_close(input);
    }
    assert_int_equal(set, ARDOQ_OK);
    assert_int_equal(get, ARDOQ_OK);
    assert_true(is_closed);
}

static int set_new(int at)
{
    inject(ANY, at, 0);
    const bool torn = at < 0;
    if (torn) {
        inject(WRITE, -at, 0);
        faults.torn = true;
    }
    if (ardoq_port_store_set("token", "new")) {
        return 1;
    }
    return faults.folder_dirty ? 2 : 0;
}

/* @return whether the new value was there; it is gone afterwards */
static bool survives(const char *old)
{
    char value[16] = "";
    const ardoq_err_t err = ardoq_port_store_get("token", value, sizeof value);
    const bool is_new = err == ARDOQ_OK && strcmp(value, "new") == 0;
    if (!is_new) {
        assert_int_equal(err, old ? ARDOQ_OK : ARDOQ_ERR_NOT_SET);
        assert_string_equal(value, old ? old : "");
    }
    assert_set("other", "o");
    assert_value("other", "o");
    if (old) {
        assert_value("host", "h");
        assert_set("token", old);
    } else {
        assert_int_equal(unlink(store), 0);
    }
    return is_new;
}

static void crash_everywhere(const char *old)
{
    int with_old = 0;
    int with_new = 0;
    int result;
    for (int at = 1; (result = run_child(set_new, at)) == CRASHED; at++) {
        *(survives(old) ? &with_new : &with_old) += 1;
    }
    assert_int_equal(result, 0);
    assert_true(survives(old));
    assert_true(with_old >= 8);
    assert_true(with_new >= 2);

    assert_int_equal(run_child(set_new, -1), CRASHED);
    assert_false(survives(old));
}

static void test_crash_at_every_call(void **state)
{
    (void)state;
    crash_everywhere(NULL);
    assert_set("host", "h");
    assert_set("token", "old");
    crash_everywhere("old");
}

/* The store is written byte by byte, and the machine stops at any of them. */
static int set_new_slowly(int at)
{
    inject(ANY, at, 0);
    faults.bytewise = true;
    return ardoq_port_store_set("token", "new") ? 1 : 0;
}

static void test_crash_at_every_byte(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_set("token", "old");
    int with_old = 0;
    int result = CRASHED;
    for (int at = 1; result == CRASHED; at++) {
        result = run_child(set_new_slowly, at);
        with_old += survives("old") ? 0 : 1;
    }
    assert_int_equal(result, 0);
    /* Read once and written once. */
    assert_true(with_old > 2 * (int)strlen(FIRST_LINE));
}

/* Any call, with an error that none of them knows. */
static void fail_everywhere(const char *value)
{
    bool was_hit = true;
    int at = 1;
    for (; was_hit; at++) {
        no_faults();
        assert_set("host", "h");
        assert_set("token", "old");
        const int blocks_before = blocks;
        inject(ANY, at, ENOTSUP);
        const ardoq_err_t err =
            value ? ardoq_port_store_set("token", value) : ardoq_port_store_erase("token");
        was_hit = faults.seen >= at;
        no_faults();
        assert_int_equal(blocks, blocks_before);
        assert_false(exists(beside(".new")));
        assert_value("host", "h");
        char found[16] = "";
        const ardoq_err_t get_err = ardoq_port_store_get("token", found, sizeof found);
        const bool is_old = get_err == ARDOQ_OK && strcmp(found, "old") == 0;
        const bool is_new = value ? strcmp(found, value) == 0 : get_err == ARDOQ_ERR_NOT_SET;
        assert_true(was_hit ? is_new || (is_old && err) : is_new && !err);
    }
    assert_true(at > 10);
}

static void test_failure_of_every_call(void **state)
{
    (void)state;
    fail_everywhere("new");
    fail_everywhere(NULL);
}

static int erase_token(int at)
{
    inject(ANY, at, 0);
    return ardoq_port_store_erase("token") || faults.folder_dirty ? 1 : 0;
}

static void test_crash_at_every_call_of_erase(void **state)
{
    (void)state;
    int result = CRASHED;
    for (int at = 1; result == CRASHED; at++) {
        assert_set("host", "h");
        assert_set("token", "old");
        result = run_child(erase_token, at);
        char value[16];
        const ardoq_err_t err = ardoq_port_store_get("token", value, sizeof value);
        assert_true(err == ARDOQ_ERR_NOT_SET || (err == ARDOQ_OK && strcmp(value, "old") == 0));
        assert_value("host", "h");
    }
    assert_int_equal(result, 0);
    assert_not_set("token");
}

/* ---- Two at the same time -------------------------------------------------------------------- */

enum { ROUNDS = 100 };

static int gate[2];

static int set_many(int who)
{
    char go;
    close(gate[1]);
    if (__real_read(gate[0], &go, 1) < 0) {
        return 1;
    }
    for (int i = 0; i < ROUNDS; i++) {
        char key[16];
        snprintf(key, sizeof key, "%c%d", who, i);
        if (ardoq_port_store_set(key, key)) {
            return 1;
        }
    }
    return 0;
}

static pid_t start_writer(int who)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(set_many(who));
    }
    return child;
}

static void test_writers_lose_nothing(void **state)
{
    (void)state;
    assert_int_equal(pipe(gate), 0);
    const pid_t writers[] = {start_writer('a'), start_writer('b')};
    /* Both wait for the end of the pipe. */
    close(gate[0]);
    close(gate[1]);
    for (size_t i = 0; i < 2; i++) {
        int status = 0;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i < 2 * ROUNDS; i++) {
        char key[16];
        snprintf(key, sizeof key, "%c%d", i % 2 ? 'a' : 'b', i / 2);
        assert_value(key, key);
    }
}

static void test_first_writer_is_overtaken(void **state)
{
    (void)state;
    faults.overtaken = true;
    assert_set("host", "h");
    assert_false(faults.overtaken);
    assert_value("host", "h");
    assert_value("other", "first");
}

/* ---- Secrets --------------------------------------------------------------------------------- */

static void test_secrets_are_wiped(void **state)
{
    (void)state;
    faults.watch_free = true;
    assert_set("token", SECRET);
    assert_set("host", "h");
    assert_value("token", SECRET);
    char small[4];
    assert_int_equal(ardoq_port_store_get("token", small, sizeof small),
                     ARDOQ_ERR_SETTING_TOO_LONG);
    static char huge[TEXT_MAX];
    memset(huge, 'v', sizeof huge - 1);
    assert_int_equal(ardoq_port_store_set("zzz", huge), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(chmod(store, 0600), 0);
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_OK);
    write_file(store, FIRST_LINE SECRET, strlen(FIRST_LINE SECRET));
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    assert_false(faults.secret_freed);

    /* The watch itself works. */
    char *memory = malloc(64);
    assert_non_null(memory);
    strcpy(memory, SECRET);
    __wrap_free(memory); /* by this name, or the compiler takes both calls away */
    assert_true(faults.secret_freed);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values_come_back),
        TEST(test_each_key_has_its_value),
        TEST(test_value_must_fit),
        TEST(test_key_must_be_one),
        TEST(test_each),
        TEST(test_each_with_environment),
        TEST(test_erase_of_nothing_writes_nothing),
        TEST(test_text_of_the_file),
        TEST(test_every_changed_byte_is_noticed),
        TEST(test_wrong_text_with_right_checksum),
        TEST(test_size_is_limited),
        TEST(test_path),
        TEST(test_no_path_at_all),
        TEST(test_default_folder_is_made),
        TEST(test_names_that_cannot_be_written),
        TEST(test_path_without_folder),
        TEST(test_link_is_followed),
        TEST(test_environment),
        TEST(test_others_may_not_read_it),
        TEST(test_stranger_may_not_own_it),
        TEST(test_closed_folder),
        TEST(test_what_is_no_file),
        TEST(test_lock_that_leads_elsewhere),
        TEST(test_failing_calls),
        TEST(test_folder_that_cannot_be_written_out),
        TEST(test_no_folder_can_be_made),
        TEST(test_reading_fails),
        TEST(test_small_steps),
        TEST(test_file_shrinks),
        TEST(test_leftovers_of_a_crash),
        TEST(test_leftovers_that_stay),
        TEST(test_descriptor_may_be_zero),
        TEST(test_crash_at_every_call),
        TEST(test_crash_at_every_call_of_erase),
        TEST(test_crash_at_every_byte),
        TEST(test_failure_of_every_call),
        TEST(test_writers_lose_nothing),
        TEST(test_first_writer_is_overtaken),
        TEST(test_secrets_are_wiped),
    };
    return cmocka_run_group_tests_name("posix_store", tests, NULL, NULL);
}
