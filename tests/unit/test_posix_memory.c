/* The saved state of the POSIX port, on real files: place, owner, and that it stays complete
 * whatever fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "memory.h"

enum { CRASHED = 42 };

/* ---- Faults ---------------------------------------------------------------------------------- */

typedef enum { ANY, MKDIR, OPENAT, FCHMOD, WRITE, FSYNC, RENAMEAT, UNLINKAT, READ } call_t;

static struct {
    call_t call;
    int at;   /* the how many-th call of it; 0: none */
    int code; /* errno; 0: the program is killed there */
    int seen;
    bool bytewise;
    size_t room; /* that was left when this read */
    bool other_owner;
    bool more_rights;
    bool no_folder_locks;
} faults;

static void inject(call_t call, int at, int code)
{
    memset(&faults, 0, sizeof faults);
    faults.call = call;
    faults.at = at;
    faults.code = code;
}

static bool is_hit(call_t call)
{
    if (faults.at == 0 || (faults.call != ANY && faults.call != call) ||
        ++faults.seen != faults.at) {
        return false;
    }
    if (faults.code == 0) {
        _exit(CRASHED);
    }
    errno = faults.code;
    return true;
}

#define WRAPPED(type, name, parameters, call, arguments)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return is_hit(call) ? -1 : __real_##name arguments;                                        \
    }

WRAPPED(int, mkdir, (const char *path, mode_t mode), MKDIR, (path, mode))
WRAPPED(int, fchmod, (int file, mode_t mode), FCHMOD, (file, mode))
WRAPPED(int, renameat, (int from, const char *a, int to, const char *b), RENAMEAT, (from, a, to, b))
WRAPPED(int, unlinkat, (int folder, const char *name, int flags), UNLINKAT, (folder, name, flags))

/* Waiting for the disk takes time, and a program that is killed loses nothing. */
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    (void)file;
    return is_hit(FSYNC) ? -1 : 0;
}

int __real_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, mode_t mode);
int __wrap_openat(int folder, const char *name, int flags, mode_t mode)
{
    assert_true(flags & O_CLOEXEC);
    assert_true(flags & O_NOFOLLOW);
    return is_hit(OPENAT) ? -1 : __real_openat(folder, name, flags, (flags & O_CREAT) ? mode : 0);
}

ssize_t __real_read(int file, void *data, size_t size);
ssize_t __wrap_read(int file, void *data, size_t size);
ssize_t __wrap_read(int file, void *data, size_t size)
{
    if (is_hit(READ)) {
        return -1;
    }
    if (faults.bytewise) {
        assert_true(faults.room == 0 || size == faults.room - 1);
        faults.room = size;
    }
    return __real_read(file, data, faults.bytewise ? 1 : size);
}

ssize_t __real_write(int file, const void *data, size_t size);
ssize_t __wrap_write(int file, const void *data, size_t size);
ssize_t __wrap_write(int file, const void *data, size_t size)
{
    return is_hit(WRITE) ? -1 : __real_write(file, data, faults.bytewise ? 1 : size);
}

int __real_flock(int file, int operation);
int __wrap_flock(int file, int operation);
int __wrap_flock(int file, int operation)
{
    if (faults.no_folder_locks) {
        errno = ENOLCK;
        return -1;
    }
    return __real_flock(file, operation);
}

static bool is_of_this_test(const char *path);

/* The modes of folders that were there before are left alone: a test may run as root. */
int __real_chmod(const char *path, mode_t mode);
int __wrap_chmod(const char *path, mode_t mode);
int __wrap_chmod(const char *path, mode_t mode)
{
    assert_true(is_of_this_test(path));
    return __real_chmod(path, mode);
}

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);
uid_t __wrap_geteuid(void)
{
    return __real_geteuid() + (faults.other_owner ? 1 : 0);
}

char *__wrap_secure_getenv(const char *name);
char *__wrap_secure_getenv(const char *name)
{
    return faults.more_rights ? NULL : getenv(name);
}

/* ---- A folder for each test ------------------------------------------------------------------ */

static char home[256];   /* of this test */
static char folder[512]; /* of what is remembered, that does not exist at first */
static int descriptors;  /* that are open before a test */

static bool is_of_this_test(const char *path)
{
    const size_t size = strlen(home);
    return strncmp(path, home, size) == 0 && path[size] == '/';
}

static int count_descriptors(void)
{
    int count = 0;
    for (int descriptor = 0; descriptor < 64; descriptor++) {
        count += fcntl(descriptor, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

static void put(const char *name, const char *value)
{
    assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

static int set_up(void **state)
{
    (void)state;
    memset(&faults, 0, sizeof faults);
    const char *temporary = getenv("TMPDIR");
    snprintf(home, sizeof home, "%s/test_posix_memory.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(home)) {
        return -1;
    }
    snprintf(folder, sizeof folder, "%s/state", home);
    put("STATE_DIRECTORY", folder);
    put("XDG_STATE_HOME", NULL);
    put("HOME", NULL);
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

static int tear_down(void **state)
{
    (void)state;
    memset(&faults, 0, sizeof faults);
    ardoq_posix_look_at_state(NULL);
    assert_int_equal(count_descriptors(), descriptors);
    return nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *in(const char *of, const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", of, name);
    return path;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static ardoq_err_t write_note(const char *text)
{
    return ardoq_posix_memory_write("note", text, strlen(text));
}

static void assert_note(const char *text)
{
    char data[32] = "";
    size_t length = 99;
    assert_int_equal(ardoq_posix_memory_read("note", data, sizeof data - 1, &length), ARDOQ_OK);
    assert_int_equal(length, strlen(text));
    data[length] = '\0';
    assert_string_equal(data, text);
}

static void assert_unread(ardoq_err_t err)
{
    char data[32] = "untouched";
    size_t length = 99;
    assert_int_equal(ardoq_posix_memory_read("note", data, sizeof data, &length), err);
    assert_int_equal(length, 0);
}

/* ---- What is written comes back -------------------------------------------------------------- */

static void test_it_comes_back(void **state)
{
    (void)state;
    assert_unread(ARDOQ_ERR_NOT_SET);
    assert_int_equal(write_note("1"), ARDOQ_OK);
    assert_note("1");
    assert_int_equal(write_note("another"), ARDOQ_OK);
    assert_note("another");
    assert_int_equal(ardoq_posix_memory_write("other", "x\0y", 3), ARDOQ_OK);
    assert_note("another");
    char data[3];
    size_t length;
    assert_int_equal(ardoq_posix_memory_read("other", data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, 3);
    assert_memory_equal(data, "x\0y", 3);
}

static void test_removal(void **state)
{
    (void)state;
    assert_int_equal(write_note(""), ARDOQ_ERR_NOT_SET);
    assert_false(is_there(folder));
    assert_int_equal(write_note("one"), ARDOQ_OK);
    errno = EWOULDBLOCK; /* of what was before */
    assert_int_equal(write_note(""), ARDOQ_OK);
    assert_unread(ARDOQ_ERR_NOT_SET);
    assert_int_equal(write_note(""), ARDOQ_OK);
    assert_int_equal(write_note("one"), ARDOQ_OK);
    inject(UNLINKAT, 1, EPERM);
    assert_int_equal(write_note(""), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_note("one");
}

/* A program may have none, and then the first that it opens gets the number 0. */
static void test_without_standard_input(void **state)
{
    (void)state;
    const int input = dup(STDIN_FILENO);
    close(STDIN_FILENO);
    const ardoq_err_t err = write_note("one");
    assert_note("one");
    if (input >= 0) {
        assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
        close(input);
    }
    assert_int_equal(err, ARDOQ_OK);
}

static void test_it_must_fit(void **state)
{
    (void)state;
    char data[4];
    size_t length;
    assert_int_equal(write_note("four"), ARDOQ_OK);
    assert_int_equal(ardoq_posix_memory_read("note", data, 3, &length), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_int_equal(length, 0);
    assert_int_equal(ardoq_posix_memory_read("note", data, 4, &length), ARDOQ_OK);
    assert_int_equal(length, 4);
}

static void test_the_session(void **state)
{
    (void)state;
    static const char session[] = {1, 0, 2};
    char data[sizeof session];
    size_t length;
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_session_write(session, sizeof session), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, sizeof session);
    assert_memory_equal(data, session, sizeof session);
    assert_true(is_there(in(folder, "session")));
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_false(is_there(in(folder, "session")));
}

static void test_state_of_the_reporter(void **state)
{
    (void)state;
    char text[8] = "old";
    assert_int_equal(ardoq_port_state_read(text, sizeof text), ARDOQ_ERR_NOT_SET);
    assert_string_equal(text, "");
    assert_int_equal(ardoq_port_state_write("1234567"), ARDOQ_OK);
    assert_true(is_there(in(folder, "state")));
    assert_int_equal(ardoq_port_state_read(text, sizeof text), ARDOQ_OK);
    assert_string_equal(text, "1234567");
    assert_int_equal(ardoq_port_state_write("12345678"), ARDOQ_OK);
    assert_int_equal(ardoq_port_state_read(text, sizeof text), ARDOQ_ERR_SETTING_TOO_LONG);
}

/* ---- Where it is ----------------------------------------------------------------------------- */

static void assert_path(const char *path)
{
    char found[PATH_MAX];
    assert_int_equal(ardoq_posix_state_path(found, sizeof found), ARDOQ_OK);
    assert_string_equal(found, path);
}

static void test_place(void **state)
{
    (void)state;
    char found[PATH_MAX];
    put("HOME", "/h");
    put("XDG_STATE_HOME", "/x");
    assert_path(folder);
    put("STATE_DIRECTORY", "/a/b:/c");
    assert_path("/a/b");
    put("STATE_DIRECTORY", "relative");
    assert_path("/x/ardoq");
    put("STATE_DIRECTORY", "");
    assert_path("/x/ardoq");
    put("STATE_DIRECTORY", NULL);
    put("XDG_STATE_HOME", "/x:y");
    assert_path("/x:y/ardoq");
    put("XDG_STATE_HOME", "x");
    assert_path("/h/.local/state/ardoq");
    put("HOME", "h");
    assert_int_equal(ardoq_posix_state_path(found, sizeof found), ARDOQ_ERR_NOT_SET);
    put("HOME", "/h");
    assert_int_equal(ardoq_posix_state_path(found, sizeof "/h/.local/state/ardoq" - 1),
                     ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_posix_state_path(found, sizeof "/h/.local/state/ardoq"), ARDOQ_OK);
}

static void test_no_place(void **state)
{
    (void)state;
    put("STATE_DIRECTORY", NULL);
    assert_unread(ARDOQ_ERR_NOT_SET);
    assert_int_equal(write_note("one"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(write_note(""), ARDOQ_ERR_NOT_SET);
}

/* The part of it that fits would be another folder. */
static void test_a_place_that_is_too_long(void **state)
{
    (void)state;
    char path[PATH_MAX + sizeof home];
    strcpy(path, home);
    while (strlen(path) < PATH_MAX) {
        strcat(path, "/.");
    }
    put("STATE_DIRECTORY", path);
    assert_int_equal(write_note("one"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_unread(ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_more_rights_than_the_user(void **state)
{
    (void)state;
    assert_int_equal(write_note("one"), ARDOQ_OK);
    faults.more_rights = true;
    assert_unread(ARDOQ_ERR_NOT_SET);
}

/* For this user alone, whatever the umask takes from it. */
static void test_folders_are_made(void **state)
{
    (void)state;
    put("STATE_DIRECTORY", NULL);
    put("HOME", home);
    const mode_t before = umask(0777);
    const ardoq_err_t err = write_note("one");
    umask(before);
    assert_int_equal(err, ARDOQ_OK);
    assert_note("one");
    assert_int_equal(mode_of(in(home, ".local")), 0700);
    assert_int_equal(mode_of(in(home, ".local/state")), 0700);
    assert_int_equal(mode_of(in(home, ".local/state/ardoq")), 0700);
    assert_int_equal(mode_of(in(home, ".local/state/ardoq/note")), 0600);
}

static void test_a_folder_keeps_its_mode(void **state)
{
    (void)state;
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(write_note("one"), ARDOQ_OK);
    assert_int_equal(mode_of(folder), 0755);
}

static void test_a_file_in_the_place_of_a_folder(void **state)
{
    (void)state;
    const int file = open(folder, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    close(file);
    assert_unread(ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(write_note("one"), ARDOQ_ERR_STORE_UNAVAILABLE);
}

/* systemd makes such a link for a service with its own user. */
static void test_a_link_to_the_folder(void **state)
{
    (void)state;
    char link[512];
    snprintf(link, sizeof link, "%s/link", home);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink(folder, link), 0);
    put("STATE_DIRECTORY", link);
    assert_int_equal(write_note("one"), ARDOQ_OK);
    assert_note("one");
    assert_true(is_there(in(folder, "note")));
}

/* ---- Owner ----------------------------------------------------------------------------------- */

static void test_modes_of_the_folder(void **state)
{
    (void)state;
    static const mode_t bad[] = {0720, 0702, 0770, 0777, 01777};
    static const mode_t good[] = {0700, 0750, 0705, 0755};
    assert_int_equal(write_note("one"), ARDOQ_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(chmod(folder, bad[i]), 0);
        assert_unread(ARDOQ_ERR_STORE_PERMISSIONS);
        assert_int_equal(write_note("two"), ARDOQ_ERR_STORE_PERMISSIONS);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(chmod(folder, good[i]), 0);
        assert_note("one");
        assert_int_equal(write_note("one"), ARDOQ_OK);
    }
}

static void test_modes_of_the_file(void **state)
{
    (void)state;
    static const mode_t bad[] = {0640, 0620, 0610, 0604, 0602, 0601, 0666};
    assert_int_equal(write_note("one"), ARDOQ_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(chmod(in(folder, "note"), bad[i]), 0);
        assert_unread(ARDOQ_ERR_STORE_PERMISSIONS);
    }
    assert_int_equal(chmod(in(folder, "note"), 0400), 0);
    assert_note("one");
    /* A new one is written in its place, so it heals. */
    assert_int_equal(chmod(in(folder, "note"), 0666), 0);
    assert_int_equal(write_note("two"), ARDOQ_OK);
    assert_note("two");
}

static void test_another_owner(void **state)
{
    (void)state;
    assert_int_equal(write_note("one"), ARDOQ_OK);
    faults.other_owner = true;
    assert_unread(ARDOQ_ERR_STORE_PERMISSIONS);
    assert_int_equal(write_note("two"), ARDOQ_ERR_STORE_PERMISSIONS);
    int file;
    assert_int_equal(ardoq_posix_state_open("note", true, &file), ARDOQ_ERR_STORE_PERMISSIONS);
    assert_int_equal(file, -1);
}

static void test_another_owner_of_the_file(void **state)
{
    (void)state;
    if (__real_geteuid() != 0) {
        skip();
    }
    assert_int_equal(write_note("one"), ARDOQ_OK);
    assert_int_equal(chown(in(folder, "note"), 65534, 65534), 0);
    assert_unread(ARDOQ_ERR_STORE_PERMISSIONS);
}

static void test_no_file(void **state)
{
    (void)state;
    char elsewhere[512];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", home);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(in(folder, "note"), 0700), 0);
    assert_unread(ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(write_note("one"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(is_there(in(folder, "note.new")));
    assert_int_equal(rmdir(in(folder, "note")), 0);

    assert_int_equal(mkfifo(in(folder, "note"), 0600), 0);
    assert_unread(ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(unlink(in(folder, "note")), 0);

    /* A link is not followed, and is replaced, not what it leads to. */
    const int file = open(elsewhere, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(__real_write(file, "planted", 7), 7);
    close(file);
    assert_int_equal(symlink(elsewhere, in(folder, "note")), 0);
    assert_unread(ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(symlink(elsewhere, in(folder, "note.new")), 0);
    assert_int_equal(write_note("one"), ARDOQ_OK);
    assert_note("one");
    struct stat status;
    assert_int_equal(stat(elsewhere, &status), 0);
    assert_int_equal(status.st_size, 7);
}

/* ---- Reading another user's ------------------------------------------------------------------ */

static void test_a_look(void **state)
{
    (void)state;
    assert_int_equal(write_note("one"), ARDOQ_OK);
    assert_int_equal(chmod(in(folder, "note"), 0644), 0);
    put("STATE_DIRECTORY", NULL);
    ardoq_posix_look_at_state(folder);
    assert_path(folder);
    char path[sizeof folder];
    assert_int_equal(ardoq_posix_state_path(path, strlen(folder)), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_posix_state_path(path, strlen(folder) + 1), ARDOQ_OK);
    faults.other_owner = true;
    assert_note("one");
    assert_int_equal(write_note("two"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(write_note(""), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_note("one");
    ardoq_posix_look_at_state(NULL);
    assert_unread(ARDOQ_ERR_NOT_SET);
}

static void test_a_look_at_nothing(void **state)
{
    (void)state;
    int file;
    ardoq_posix_look_at_state(folder);
    assert_unread(ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_posix_state_open("note", false, &file), ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_posix_state_open("note", true, &file), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(is_there(folder));
}

/* ---- A file that stays open ------------------------------------------------------------------ */

static void test_open(void **state)
{
    (void)state;
    int file;
    assert_int_equal(ardoq_posix_state_open("note", false, &file), ARDOQ_ERR_NOT_SET);
    assert_int_equal(file, -1);
    assert_int_equal(ardoq_posix_state_open("note", true, &file), ARDOQ_OK);
    assert_int_equal(__real_write(file, "one", 3), 3);
    close(file);
    assert_note("one");
    assert_int_equal(ardoq_posix_state_open("note", true, &file), ARDOQ_OK);
    close(file);
    assert_note("one");
    assert_int_equal(ardoq_posix_state_open("note", false, &file), ARDOQ_OK);
    assert_int_equal(__real_write(file, "two", 3), -1);
    close(file);
    assert_int_equal(write_note(""), ARDOQ_OK);
    assert_int_equal(symlink("elsewhere", in(folder, "note")), 0);
    assert_int_equal(ardoq_posix_state_open("note", true, &file), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(is_there(in(folder, "elsewhere")));
}

/* ---- What fails ------------------------------------------------------------------------------ */

static void test_full_disk(void **state)
{
    (void)state;
    static const call_t calls[] = {OPENAT, WRITE, FSYNC, RENAMEAT};
    static const int codes[] = {ENOSPC, EDQUOT, EIO};
    assert_int_equal(write_note("one"), ARDOQ_OK);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (size_t j = 0; j < sizeof codes / sizeof codes[0]; j++) {
            inject(calls[i], 1, codes[j]);
            assert_int_equal(write_note("two"),
                             codes[j] == EIO ? ARDOQ_ERR_STORE_UNAVAILABLE : ARDOQ_ERR_STORE_FULL);
            assert_note("one");
            assert_false(is_there(in(folder, "note.new")));
        }
    }
    inject(FCHMOD, 1, EPERM);
    assert_int_equal(write_note("two"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_note("one");
}

static void test_no_folder_can_be_made(void **state)
{
    (void)state;
    inject(MKDIR, 1, ENOSPC);
    /* The last of the path: those before it are there. */
    for (const char *slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        faults.at++;
    }
    assert_int_equal(write_note("one"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(is_there(folder));
    int file;
    faults.seen = 0;
    assert_int_equal(ardoq_posix_state_open("note", true, &file), ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_reading_fails(void **state)
{
    (void)state;
    assert_int_equal(write_note("one"), ARDOQ_OK);
    inject(READ, 1, EIO);
    assert_unread(ARDOQ_ERR_STORE_UNAVAILABLE);
    inject(READ, 1, EINTR);
    assert_note("one");
}

static void test_small_steps(void **state)
{
    (void)state;
    inject(WRITE, 2, EINTR);
    faults.bytewise = true;
    assert_int_equal(write_note("step by step"), ARDOQ_OK);
    inject(READ, 2, EINTR);
    faults.bytewise = true;
    assert_note("step by step");
}

static void test_empty_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir(folder, 0700), 0);
    const int file = open(in(folder, "note"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    close(file);
    assert_note("");
}

/* Its text is as good as none, but never half of one. */
static void test_what_a_crash_left_is_overwritten(void **state)
{
    (void)state;
    assert_int_equal(mkdir(folder, 0700), 0);
    const int file = open(in(folder, "note.new"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(file >= 0);
    assert_int_equal(__real_write(file, "half and more", 13), 13);
    close(file);
    assert_unread(ARDOQ_ERR_NOT_SET);
    assert_int_equal(write_note("one"), ARDOQ_OK);
    assert_note("one");
    assert_false(is_there(in(folder, "note.new")));
}

static int write_in_child(int at)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        inject(ANY, at, 0);
        faults.bytewise = true;
        _exit(write_note("new") ? 1 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_killed_anywhere(void **state)
{
    (void)state;
    int with_old = 0;
    int with_new = 0;
    int result = CRASHED;
    for (int at = 1; result == CRASHED; at++) {
        char data[4] = "";
        size_t length;
        assert_int_equal(write_note("old"), ARDOQ_OK);
        result = write_in_child(at);
        assert_int_equal(ardoq_posix_memory_read("note", data, 3, &length), ARDOQ_OK);
        const bool is_new = strcmp(data, "new") == 0;
        assert_true(is_new || strcmp(data, "old") == 0);
        *(is_new ? &with_new : &with_old) += 1;
    }
    assert_int_equal(result, 0);
    assert_true(with_old >= 7);
    assert_true(with_new >= 2);
}

/* ---- Two at the same time -------------------------------------------------------------------- */

static void test_another_writer(void **state)
{
    (void)state;
    assert_int_equal(write_note("one"), ARDOQ_OK);
    const int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(lock >= 0);
    assert_int_equal(__real_flock(lock, LOCK_EX), 0);
    assert_int_equal(write_note("two"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(write_note(""), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_note("one");
    faults.no_folder_locks = true;
    assert_int_equal(write_note("two"), ARDOQ_OK);
    close(lock);
    assert_note("two");
}

static void test_many_writers(void **state)
{
    (void)state;
    enum { WRITERS = 4, ROUNDS = 200 };
    static const char *const texts[] = {"a", "bb", "ccc", "dddd"};
    pid_t children[WRITERS];
    for (size_t i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            for (int round = 0; round < ROUNDS; round++) {
                (void)write_note(texts[i]);
            }
            _exit(0);
        }
    }
    for (size_t i = 0; i < WRITERS; i++) {
        assert_int_equal(waitpid(children[i], NULL, 0), children[i]);
    }
    char data[5] = "";
    size_t length;
    assert_int_equal(ardoq_posix_memory_read("note", data, 4, &length), ARDOQ_OK);
    assert_true(length >= 1 && length <= 4);
    assert_string_equal(data, texts[length - 1]);
    assert_false(is_there(in(folder, "note.new")));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_comes_back),
        TEST(test_removal),
        TEST(test_without_standard_input),
        TEST(test_it_must_fit),
        TEST(test_state_of_the_reporter),
        TEST(test_the_session),
        TEST(test_place),
        TEST(test_no_place),
        TEST(test_a_place_that_is_too_long),
        TEST(test_more_rights_than_the_user),
        TEST(test_folders_are_made),
        TEST(test_a_folder_keeps_its_mode),
        TEST(test_a_file_in_the_place_of_a_folder),
        TEST(test_a_link_to_the_folder),
        TEST(test_modes_of_the_folder),
        TEST(test_modes_of_the_file),
        TEST(test_another_owner),
        TEST(test_another_owner_of_the_file),
        TEST(test_no_file),
        TEST(test_a_look),
        TEST(test_a_look_at_nothing),
        TEST(test_open),
        TEST(test_full_disk),
        TEST(test_no_folder_can_be_made),
        TEST(test_reading_fails),
        TEST(test_small_steps),
        TEST(test_empty_file),
        TEST(test_what_a_crash_left_is_overwritten),
        TEST(test_killed_anywhere),
        TEST(test_another_writer),
        TEST(test_many_writers),
    };
    return cmocka_run_group_tests_name("posix_memory", tests, NULL, NULL);
}
