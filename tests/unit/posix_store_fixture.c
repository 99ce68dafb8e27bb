#include "posix_store_fixture.h"

#include <ftw.h>
#include <malloc.h>
#include <time.h>

/* ---- Faults ---------------------------------------------------------------------------------- */

faults_t faults = {.unsynced = -1};

int blocks;

void no_faults(void)
{
    if (faults.unsynced >= 0) {
        __real_close(faults.unsynced);
    }
    memset(&faults, 0, sizeof faults);
    faults.unsynced = -1;
}

void inject(call_t call, int at, int code)
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

/* The modes of folders that were there before are left alone: a test may run as root. */
int __real_chmod(const char *path, mode_t mode);
int __wrap_chmod(const char *path, mode_t mode);
int __wrap_chmod(const char *path, mode_t mode)
{
    assert_true(path[0] != '/' || strncmp(path, folder, strlen(folder)) == 0);
    return __real_chmod(path, mode);
}

int __real_fchmod(int file, mode_t mode);
int __wrap_fchmod(int file, mode_t mode);
int __wrap_fchmod(int file, mode_t mode)
{
    return is_hit(FCHMOD) ? -1 : __real_fchmod(file, mode);
}

/* A test does not wait for the clock. */
int __real_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    faults.naps++;
    return faults.sleepless ? 0 : __real_nanosleep(time, left);
}

char *__wrap_secure_getenv(const char *name);
char *__wrap_secure_getenv(const char *name)
{
    return faults.more_rights ? NULL : getenv(name);
}

static void edit_store(void)
{
    const char *text = faults.edit;
    faults.edit = NULL;
    if (text && text[0] == '\0') {
        unlink(store);
    } else if (text) {
        const int file = __real_open(store, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(file >= 0);
        assert_int_equal(__real_write(file, text, strlen(text)), strlen(text));
        __real_close(file);
    }
}

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

int __wrap_open(const char *path, int flags);
int __wrap_open(const char *path, int flags)
{
    assert_true(flags & O_CLOEXEC);
    return is_hit(OPEN) ? -1 : __real_open(path, flags);
}

int __real_openat(int at_folder, const char *path, int flags, ...);
int __wrap_openat(int at_folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int at_folder, const char *path, int flags, mode_t mode)
{
    assert_true(flags & O_CLOEXEC);
    if (is_hit(OPENAT)) {
        return -1;
    }
    const int file = __real_openat(at_folder, path, flags, (flags & O_CREAT) ? mode : 0);
    if (file >= 0 && (flags & O_EXCL)) {
        faults.unsynced = dup(file);
    }
    return file;
}

ssize_t __wrap_read(int file, void *buffer, size_t size);
ssize_t __wrap_read(int file, void *buffer, size_t size)
{
    if (is_hit(READ)) {
        return -1;
    }
    if (faults.edit_in_read) {
        edit_store();
    }
    if (faults.bytewise) {
        assert_true(size == TEXT_MAX + 1 || size == faults.room - 1);
        faults.room = size;
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

int __real_unlinkat(int at_folder, const char *path, int flags);
int __wrap_unlinkat(int at_folder, const char *path, int flags);
int __wrap_unlinkat(int at_folder, const char *path, int flags)
{
    return is_hit(UNLINKAT) ? -1 : __real_unlinkat(at_folder, path, flags);
}

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
    if (!faults.edit_in_read) {
        edit_store();
    }
    if (faults.bytewise) {
        assert_true(faults.left == 0 || faults.left == size);
        faults.left = size - 1;
    }
    return __real_write(file, data, faults.bytewise ? 1 : size);
}

char logged[PATH_MAX + 256];

void __wrap_ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail);
void __wrap_ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    assert_int_equal(level, ARDOQ_LOG_ERROR);
    snprintf(logged, sizeof logged, "%s: %s", text, detail);
}

/* ---- A folder for each test ------------------------------------------------------------------ */

char folder[256];
char store[1024];
static int descriptors; /* that are open before a test */

static int count_descriptors(void)
{
    int count = 0;
    for (int descriptor = 0; descriptor < 64; descriptor++) {
        count += fcntl(descriptor, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

char *beside(const char *suffix)
{
    static char path[sizeof store + 16];
    snprintf(path, sizeof path, "%s%s", store, suffix);
    return path;
}

/* What the shell of a developer may have set. */
static void forget_environment(void)
{
    for (char **variable = environ; *variable;) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
        if (strncmp(name, "ARDOQ_", 6) == 0 && unsetenv(name) == 0) {
            variable = environ;
        } else {
            variable++;
        }
    }
}

int set_up(void **state)
{
    (void)state;
    no_faults();
    logged[0] = '\0';
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/test_posix_store.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(store, sizeof store, "%s/store", folder);
    ardoq_posix_set_store_path(store);
    put_environment("CREDENTIALS_DIRECTORY", NULL);
    forget_environment();
    descriptors = count_descriptors();
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

int tear_down(void **state)
{
    (void)state;
    no_faults();
    ardoq_posix_set_store_path(NULL);
    ardoq_posix_set_credential(NULL);
    assert_int_equal(blocks, 0);
    assert_int_equal(count_descriptors(), descriptors);
    return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void write_file(const char *path, const char *data, size_t size)
{
    unlink(path);
    const int file = __real_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(__real_write(file, data, size), size);
    assert_int_equal(close(file), 0);
}

void write_store(const char *text)
{
    write_file(store, text, strlen(text));
}

void put_environment(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

file_t read_file(const char *path)
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

bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

unsigned mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

ino_t inode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

void assert_value(const char *key, const char *expected)
{
    char value[256] = "untouched";
    assert_int_equal(ardoq_port_store_get(key, value, sizeof value), ARDOQ_OK);
    assert_string_equal(value, expected);
}

void assert_not_set(const char *key)
{
    char value[16] = "untouched";
    assert_int_equal(ardoq_port_store_get(key, value, sizeof value), ARDOQ_ERR_NOT_SET);
    assert_string_equal(value, "untouched");
}

void assert_set(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

void assert_erase(const char *key)
{
    assert_int_equal(ardoq_port_store_erase(key), ARDOQ_OK);
}

void assert_text(const char *expected)
{
    assert_string_equal(read_file(store).data, expected);
}

static ardoq_err_t refuse_value(void *context, const char *key, const char *value)
{
    (void)context;
    (void)key;
    (void)value;
    fail();
    return ARDOQ_OK;
}

void assert_refused(ardoq_err_t expected)
{
    const file_t before = read_file(store);
    char value[64] = "untouched";
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value), expected);
    assert_string_equal(value, "untouched");
    assert_int_equal(ardoq_port_store_each(value, sizeof value, refuse_value, NULL), expected);
    assert_int_equal(ardoq_port_store_set("host", "x"), expected);
    assert_int_equal(ardoq_port_store_erase("host"), expected);
    const file_t after = read_file(store);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    assert_false(exists(beside(".new")));
}

int run_child(int (*body)(int), int argument)
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
