/* The file of the TLS session: nobody else can read or write it, and it is there whole or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ardoq/port.h"
#include "ardoq/port_posix.h"

static char folder[64];
static char file[96];
static char temporary[96];

/* ---- A platform that fails ---- */

static uid_t user_shift;
static int write_errno;

uid_t __real_geteuid(void);
uid_t __wrap_geteuid(void);
ssize_t __real_write(int descriptor, const void *data, size_t size);
ssize_t __wrap_write(int descriptor, const void *data, size_t size);

uid_t __wrap_geteuid(void)
{
    return __real_geteuid() + user_shift;
}

/* One byte at a time; fails once when it was interrupted, for good otherwise. */
ssize_t __wrap_write(int descriptor, const void *data, size_t size)
{
    if (size < 2 || descriptor < 3) {
        return __real_write(descriptor, data, size);
    }
    if (write_errno) {
        errno = write_errno;
        write_errno = write_errno == EINTR ? 0 : write_errno;
        return -1;
    }
    return __real_write(descriptor, data, 1);
}

/* ---- A folder of its own ---- */

static int set_up(void **state)
{
    (void)state;
    user_shift = 0;
    write_errno = 0;
    strcpy(folder, "/tmp/ardoq-session-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/session", folder);
    snprintf(temporary, sizeof temporary, "%s/session.new", folder);
    setenv("STATE_DIRECTORY", folder, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[192];
    snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -r %s", folder, folder);
    ardoq_posix_set_store_path(NULL);
    return system(command);
}

static void assert_reads(const char *expected)
{
    char data[64] = "";
    size_t length = 0;
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(data, expected, length);
}

static void assert_reads_nothing(ardoq_err_t err)
{
    char data[64];
    size_t length;
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), err);
}

static void save(const char *text)
{
    assert_int_equal(ardoq_port_session_write(text, strlen(text)), ARDOQ_OK);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode;
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* ---- Reading and writing --------------------------------------------------------------------- */

static void test_a_session_is_kept_replaced_and_erased(void **state)
{
    (void)state;
    assert_reads_nothing(ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    save("first");
    assert_reads("first");
    save("another");
    assert_reads("another");
    assert_false(is_there(temporary));
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_reads_nothing(ARDOQ_ERR_NOT_SET);
    assert_false(is_there(file));
}

static void test_only_its_owner_can_use_it(void **state)
{
    (void)state;
    const mode_t old = umask(0777);
    save("secret");
    umask(old);
    assert_int_equal(mode_of(file), S_IFREG | 0600);
    assert_reads("secret");
}

static void test_what_does_not_fit_is_cut(void **state)
{
    (void)state;
    char data[4];
    size_t length;
    save("longer");
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, sizeof data);
}

static void test_an_interrupted_write_goes_on(void **state)
{
    (void)state;
    write_errno = EINTR;
    save("whole");
    assert_reads("whole");
}

static void test_a_write_that_fails_leaves_what_was_there(void **state)
{
    (void)state;
    save("before");
    write_errno = ENOSPC;
    assert_true(ardoq_port_session_write("after", 5) < 0);
    assert_false(is_there(temporary));
    assert_reads("before");
}

/* ---- What others could have done ------------------------------------------------------------- */

static void test_a_file_that_others_can_use(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        save("planted");
        assert_int_equal(chmod(file, modes[i]), 0);
        assert_reads_nothing(ARDOQ_ERR_STORE_PERMISSIONS);
    }
    save("own");
    assert_reads("own");
}

static void test_a_file_of_somebody_else(void **state)
{
    (void)state;
    save("planted");
    assert_int_equal(chmod(folder, 0755), 0);
    user_shift = 1;
    assert_reads_nothing(ARDOQ_ERR_STORE_PERMISSIONS);
}

static void test_a_folder_that_others_can_change(void **state)
{
    (void)state;
    static const mode_t modes[] = {0770, 0720, 0702, 01777};
    save("planted");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(folder, modes[i]), 0);
        assert_reads_nothing(ARDOQ_ERR_STORE_PERMISSIONS);
        assert_int_equal(ardoq_port_session_write("own", 3), ARDOQ_ERR_STORE_PERMISSIONS);
    }
    assert_int_equal(chmod(folder, 0755), 0);
    assert_reads("planted");
}

static void test_a_link_is_not_followed(void **state)
{
    (void)state;
    char target[128];
    snprintf(target, sizeof target, "%s/target", folder);
    save("planted");
    assert_int_equal(rename(file, target), 0);
    assert_int_equal(symlink(target, file), 0);
    assert_reads_nothing(ARDOQ_ERR_NOT_SET);
    assert_int_equal(symlink(target, temporary), 0);
    save("own");
    assert_int_equal(mode_of(file), S_IFREG | 0600);
    assert_reads("own");
    assert_int_equal(rename(target, file), 0);
    assert_reads("planted");
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_reads_nothing(ARDOQ_ERR_STORE_PERMISSIONS);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkdir(file, 0700), 0);
    assert_reads_nothing(ARDOQ_ERR_STORE_PERMISSIONS);
    assert_true(ardoq_port_session_write("own", 3) < 0);
    assert_false(is_there(temporary));
    assert_true(ardoq_port_session_write(NULL, 0) < 0);
}

/* ---- Where it is ----------------------------------------------------------------------------- */

static void test_the_first_of_several_folders(void **state)
{
    (void)state;
    char folders[160];
    snprintf(folders, sizeof folders, "%s:/nowhere", folder);
    setenv("STATE_DIRECTORY", folders, 1);
    save("here");
    assert_int_equal(mode_of(file), S_IFREG | 0600);
}

static void test_beside_the_store(void **state)
{
    (void)state;
    char store[128];
    char beside[160];
    snprintf(store, sizeof store, "%s/store", folder);
    snprintf(beside, sizeof beside, "%s.session", store);
    unsetenv("STATE_DIRECTORY");
    ardoq_posix_set_store_path(store);
    save("beside");
    assert_int_equal(mode_of(beside), S_IFREG | 0600);
    assert_reads("beside");
    setenv("STATE_DIRECTORY", "", 1);
    assert_reads("beside");
    setenv("STATE_DIRECTORY", "relative", 1);
    assert_reads("beside");
}

static void test_no_folder_is_made(void **state)
{
    (void)state;
    char missing[128];
    snprintf(missing, sizeof missing, "%s/missing", folder);
    setenv("STATE_DIRECTORY", missing, 1);
    assert_true(ardoq_port_session_write("own", 3) < 0);
    assert_reads_nothing(ARDOQ_ERR_NOT_SET);
    assert_false(is_there(missing));
}

static void test_a_path_that_is_too_long(void **state)
{
    (void)state;
    static char path[8192];
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    setenv("STATE_DIRECTORY", path, 1);
    assert_true(ardoq_port_session_write("own", 3) < 0);
    path[4090] = '\0';
    setenv("STATE_DIRECTORY", path, 1);
    assert_true(ardoq_port_session_write("own", 3) < 0);
    path[255] = '\0';
    unsetenv("STATE_DIRECTORY");
    ardoq_posix_set_store_path(path);
    assert_true(ardoq_port_session_write("own", 3) < 0);
}

static void test_no_place_at_all(void **state)
{
    (void)state;
    unsetenv("STATE_DIRECTORY");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_reads_nothing(ARDOQ_ERR_NOT_SET);
    assert_true(ardoq_port_session_write("own", 3) < 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_session_is_kept_replaced_and_erased),
        TEST(test_only_its_owner_can_use_it),
        TEST(test_what_does_not_fit_is_cut),
        TEST(test_an_interrupted_write_goes_on),
        TEST(test_a_write_that_fails_leaves_what_was_there),
        TEST(test_a_file_that_others_can_use),
        TEST(test_a_file_of_somebody_else),
        TEST(test_a_folder_that_others_can_change),
        TEST(test_a_link_is_not_followed),
        TEST(test_what_is_no_file),
        TEST(test_the_first_of_several_folders),
        TEST(test_beside_the_store),
        TEST(test_no_folder_is_made),
        TEST(test_a_path_that_is_too_long),
        TEST(test_no_place_at_all),
    };
    return cmocka_run_group_tests_name("posix_session", tests, NULL, NULL);
}
