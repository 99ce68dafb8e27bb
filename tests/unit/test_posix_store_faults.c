/* The store of the POSIX port when calls fail, the machine stops, or others change it too. */
#include "posix_store_fixture.h"

#include <sys/file.h>
#include <time.h>

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
        {FLOCK, 1, EWOULDBLOCK, ARDOQ_OK},
        {FCHMOD, 1, EPERM, ARDOQ_OK},                  /* of the lock, another user's */
        {FCHMOD, 2, EIO, ARDOQ_ERR_STORE_UNAVAILABLE}, /* of the new text */
        {FSTAT, 1, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
        {FSTAT, 2, EIO, ARDOQ_ERR_STORE_UNAVAILABLE},
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
        {OPENAT, 4, EIO, ARDOQ_ERR_STORE_UNAVAILABLE}, /* the store, to see that it is the same */
        {UNLINKAT, 1, EACCES, ARDOQ_ERR_STORE_UNAVAILABLE},
        {UNLINKAT, 1, ENOENT, ARDOQ_OK},
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
        {OPENAT, ENOENT, ARDOQ_ERR_STORE_UNAVAILABLE},
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
        assert_null(ardoq_posix_store_fault().what);
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

/* A secret may be there: no change succeeds without its removal. */
static void test_leftovers_that_stay(void **state)
{
    (void)state;
    write_file(beside(".new"), "token = " SECRET, 24);
    inject(UNLINKAT, 1, EACCES);
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_false(exists(store));
    inject(UNLINKAT, 1, EACCES);
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_true(exists(beside(".new")));
    no_faults();
    assert_erase("token");
    assert_false(exists(beside(".new")));
    assert_false(exists(store));

    assert_set("host", "h");
    write_file(beside(".new"), "token = " SECRET, 24);
    assert_erase("token");
    assert_false(exists(beside(".new")));
    assert_text(FIRST_LINE "host = h\n");
}

/* A program without standard input gets 0 for a file. */
static void test_descriptor_may_be_zero(void **state)
{
    (void)state;
    char text[sizeof folder + 32];
    char value[8] = "";
    snprintf(text, sizeof text, "ca0 = @%s/pem\n", folder);
    write_store(text);
    snprintf(text, sizeof text, "%s/pem", folder);
    write_file(text, "p", 1);
    const int input = dup(STDIN_FILENO);
    __real_close(STDIN_FILENO);
    const ardoq_err_t set = ardoq_port_store_set("host", "h");
    const ardoq_err_t get = ardoq_port_store_get("ca0", value, sizeof value);
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
    /* Read twice and written once. */
    assert_true(with_old > 3 * (int)strlen(FIRST_LINE));
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

static int change_both(int at)
{
    static const ardoq_posix_store_change_t changes[] = {{"host", "h2"}, {"token", "new"}};
    inject(ANY, at, 0);
    return ardoq_posix_store_change(changes, 2) || faults.folder_dirty ? 1 : 0;
}

static void test_crash_at_every_call_of_several_changes(void **state)
{
    (void)state;
    int result = CRASHED;
    int old = 0;
    for (int at = 1; result == CRASHED; at++) {
        assert_set("host", "h");
        assert_set("token", "old");
        result = run_child(change_both, at);
        char value[16];
        assert_int_equal(ardoq_port_store_get("token", value, sizeof value), ARDOQ_OK);
        const bool is_old = strcmp(value, "old") == 0;
        assert_value("token", is_old ? "old" : "new");
        assert_value("host", is_old ? "h" : "h2");
        old += is_old ? 1 : 0;
    }
    assert_int_equal(result, 0);
    assert_true(old >= 8);
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
        ardoq_err_t err = ARDOQ_ERR_STORE_UNAVAILABLE;
        /* On a slow machine one may wait so long that it is refused. */
        for (int tries = 0; err == ARDOQ_ERR_STORE_UNAVAILABLE && tries < 10; tries++) {
            err = ardoq_port_store_set(key, key);
        }
        if (err) {
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

/* ---- Others ---------------------------------------------------------------------------------- */

static void assert_meanwhile(const char *before, const char *edit)
{
    if (before) {
        write_store(before);
    }
    faults.edit = edit;
    assert_int_equal(ardoq_port_store_set("token", "t"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_null(faults.edit);
    assert_string_equal(ardoq_posix_store_fault().what, "it was changed in the meantime");
    assert_int_equal(ardoq_posix_store_fault().line, 0);
    assert_false(exists(beside(".new")));
    if (edit[0] != '\0') {
        assert_text(edit);
    } else {
        assert_false(exists(store));
    }
    unlink(store);
}

/* A person's editor between reading and replacing: what it has written stays. */
static void test_what_others_write_is_not_overwritten(void **state)
{
    (void)state;
    assert_meanwhile("host = h\n", "host = i\n");
    assert_meanwhile("host = h\n", "host = h\n\n");
    assert_meanwhile("\n", "#");
    assert_meanwhile("host = h\n", "nonsense");
    assert_meanwhile("host = h\n", "");
    assert_meanwhile(NULL, "host = h\n");
    write_store("host = h\n");
    faults.edit = "host = h\n";
    assert_set("token", "t");
    assert_text("host = h\ntoken = t\n");
}

/* It may be half of what it will be. */
static void test_what_others_write_is_not_read(void **state)
{
    (void)state;
    char value[8] = "same";
    write_store("host = 1\npin0 = p\n");
    faults.edit_in_read = true;
    faults.edit = "host = 2\n";
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                     ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_string_equal(ardoq_posix_store_fault().what, "it is being changed");
    assert_int_equal(ardoq_posix_store_fault().line, 0);
    assert_string_equal(value, "same");
    no_faults();
    /* Of the same size, long after and in the same second. */
    for (time_t written = 0; written <= time(NULL); written += time(NULL)) {
        const struct timespec times[2] = {{written, 1}, {written, 1}};
        assert_int_equal(utimensat(AT_FDCWD, store, times, 0), 0);
        faults.edit_in_read = true;
        faults.edit = "host = 3\n";
        assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                         ARDOQ_ERR_STORE_UNAVAILABLE);
        no_faults();
    }
    faults.shrunk = true;
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                     ARDOQ_ERR_STORE_UNAVAILABLE);
    no_faults();
    assert_value("host", "3");
}

static void test_lock_is_not_waited_for_without_end(void **state)
{
    (void)state;
    assert_set("host", "h");
    const int lock = __real_open(beside(".lock"), O_RDWR | O_CLOEXEC);
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    faults.sleepless = true;
    assert_int_equal(ardoq_port_store_set("host", "i"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_string_equal(ardoq_posix_store_fault().what, "another program is changing it");
    assert_int_equal(ardoq_posix_store_fault().line, 0);
    assert_int_equal(faults.naps, 499);
    assert_value("host", "h");
    assert_null(ardoq_posix_store_fault().what);
    __real_close(lock);
    inject(FLOCK, 1, EWOULDBLOCK);
    assert_set("host", "i");
    assert_int_equal(faults.naps, 1);
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
    static const ardoq_posix_store_change_t changes[] = {{"token", SECRET}, {"host", "h2"}};
    assert_int_equal(ardoq_posix_store_change(changes, 2), ARDOQ_OK);
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
        TEST(test_failing_calls),
        TEST(test_folder_that_cannot_be_written_out),
        TEST(test_no_folder_can_be_made),
        TEST(test_reading_fails),
        TEST(test_small_steps),
        TEST(test_leftovers_of_a_crash),
        TEST(test_leftovers_that_stay),
        TEST(test_descriptor_may_be_zero),
        TEST(test_crash_at_every_call),
        TEST(test_crash_at_every_byte),
        TEST(test_failure_of_every_call),
        TEST(test_crash_at_every_call_of_erase),
        TEST(test_crash_at_every_call_of_several_changes),
        TEST(test_writers_lose_nothing),
        TEST(test_first_writer_is_overtaken),
        TEST(test_what_others_write_is_not_overwritten),
        TEST(test_what_others_write_is_not_read),
        TEST(test_lock_is_not_waited_for_without_end),
        TEST(test_secrets_are_wiped),
    };
    return cmocka_run_group_tests_name("posix_store_faults", tests, NULL, NULL);
}
