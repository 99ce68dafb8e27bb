/* The store of the POSIX port, on real files: values, the text of the file, where it is and who may
 * read it. */
#include "posix_store_fixture.h"

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
        " outer ",
        "\tblanks\t",
        "in the middle",
        " ",
        "@/etc/passwd",
        "@",
        "a@/b",
        "# no comment",
        "= no key",
        "a\rb",
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
    assert_set("key", "a\nb");
    assert_int_equal(ardoq_port_store_get("key", value, 3), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_int_equal(ardoq_port_store_get("key", value, 4), ARDOQ_OK);
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

static void test_changes_are_made_together(void **state)
{
    (void)state;
    static const ardoq_posix_store_change_t changes[] = {
        {"host", "h2"}, {"org_label", NULL}, {"workspace", "w"}, {"token", SECRET}};
    static const ardoq_posix_store_change_t unset[] = {{"host", NULL}, {"token", NULL}};
    const size_t count = sizeof changes / sizeof changes[0];
    write_store("# mine\norg_label = o\nhost = h\nserial = s\n");
    assert_int_equal(ardoq_posix_store_change(changes, 0), ARDOQ_OK);
    assert_int_equal(ardoq_posix_store_change(changes, count), ARDOQ_OK);
    assert_text("# mine\nhost = h2\nserial = s\nworkspace = w\ntoken = " SECRET "\n");
    assert_int_equal(mode_of(store), 0600);
    assert_int_equal(ardoq_posix_store_change(unset, 2), ARDOQ_OK);
    assert_text("# mine\nserial = s\nworkspace = w\n");
    const ino_t before = inode_of(store);
    assert_int_equal(ardoq_posix_store_change(unset, 2), ARDOQ_OK);
    assert_int_equal(inode_of(store), before);
}

static void test_of_changes_that_fail_none_is_made(void **state)
{
    (void)state;
    static char large[TEXT_MAX];
    const ardoq_posix_store_change_t full[] = {{"host", "h2"}, {"ca0", large}, {"token", "t"}};
    static const ardoq_posix_store_change_t wrong[] = {{"host", "h2"}, {"no key", "x"}};
    write_store("host = h\n");
    memset(large, 'x', sizeof large - 1);
    const int blocks_before = blocks;
    assert_int_equal(ardoq_posix_store_change(full, 3), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(ardoq_posix_store_change(wrong, 2), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(blocks, blocks_before);
    assert_text("host = h\n");
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
    char longest[PATH_MAX];
    memset(longest, '/', sizeof longest);
    memcpy(longest + sizeof longest - sizeof "missing", "missing", sizeof "missing");
    ardoq_posix_set_store_path(longest);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);

    ardoq_posix_set_store_path(store);
    assert_set("host", "h");
    const ino_t before = inode_of(store);
    assert_int_equal(unlink(beside(".lock")), 0);
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_OK);
    assert_int_equal(inode_of(store), before);
    assert_false(exists(beside(".lock")));
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
    assert_each(ARDOQ_OK, "host=1\n3\\567;ca0=?;empty=;");
    assert_set("last", "l");
    assert_set("pin0", "p");
    assert_each(ARDOQ_ERR_SETTING_INVALID, "host=1\n3\\567;ca0=?;empty=;last=l;");
}

/* The environment overrides the store; where there is none it is alone. */
static void test_each_with_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("ARDOQ_API_HOST", "longer than the buffer", 1), 0);
    assert_each(ARDOQ_OK, "host=longer than the buffer;");
    assert_set("host", "h");
    assert_each(ARDOQ_OK, "host=h;host=longer than the buffer;");
    assert_int_equal(chmod(store, 0622), 0);
    assert_each(ARDOQ_ERR_STORE_PERMISSIONS, "");
    assert_int_equal(unsetenv("ARDOQ_API_HOST"), 0);
}

/* ---- The token of a service ------------------------------------------------------------------ */

static const char *write_credential(const char *text)
{
    static char path[sizeof folder + 16];
    snprintf(path, sizeof path, "%s/token", folder);
    write_file(path, text, strlen(text));
    return path;
}

/* It goes before the store's, and the environment's before it. */
static void test_credential(void **state)
{
    (void)state;
    write_store("token = s\nhost = h\n");
    const char *path = write_credential("c\n");
    put_environment("CREDENTIALS_DIRECTORY", folder);
    assert_each(ARDOQ_OK, "token=s;host=h;");
    assert_false(ardoq_posix_has_credential());
    ardoq_posix_set_credential("token");
    assert_true(ardoq_posix_has_credential());
    assert_each(ARDOQ_OK, "token=s;host=h;token=c;");
    put_environment("ARDOQ_API_TOKEN", "e");
    assert_each(ARDOQ_OK, "token=s;host=h;token=c;token=e;");
    put_environment("ARDOQ_API_TOKEN", NULL);
    unlink(store);
    assert_each(ARDOQ_OK, "token=c;");
    write_credential("\r\n");
    assert_each(ARDOQ_OK, "token=;");
    write_credential("1234567\n");
    assert_each(ARDOQ_OK, "token=1234567;");
    write_credential("12345678\n");
    assert_each(ARDOQ_OK, "token=?;");
    write_store("last = l\n");
    assert_each(ARDOQ_ERR_SETTING_INVALID, "last=l;");
    unlink(store);
    unlink(path);
    assert_each(ARDOQ_OK, "");
    assert_false(ardoq_posix_has_credential());
    write_credential("c");
    faults.more_rights = true;
    assert_each(ARDOQ_OK, "");
    faults.more_rights = false;
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    put_environment("CREDENTIALS_DIRECTORY", ".");
    assert_each(ARDOQ_OK, "");
    assert_int_equal(chdir(before), 0);
}

/* It is there, so nothing else is taken for it. */
static void test_credential_that_cannot_be_read(void **state)
{
    (void)state;
    const char *path = write_credential("c");
    put_environment("CREDENTIALS_DIRECTORY", folder);
    put_environment("ARDOQ_API_HOST", "e");
    ardoq_posix_set_credential("token");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_each(ARDOQ_ERR_STORE_UNAVAILABLE, "");
    assert_string_equal(ardoq_posix_store_fault().what,
                        "the file of $CREDENTIALS_DIRECTORY cannot be read");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_each(ARDOQ_ERR_STORE_UNAVAILABLE, "");
    /* Nor the folder, as one of root's. */
    unlink(path);
    assert_int_equal(symlink("token", path), 0);
    put_environment("CREDENTIALS_DIRECTORY", path);
    assert_each(ARDOQ_ERR_STORE_UNAVAILABLE, "");
    put_environment("ARDOQ_API_HOST", NULL);
}

/* ---- The file -------------------------------------------------------------------------------- */

static void test_text_of_the_file(void **state)
{
    (void)state;
    static const char expected[] = FIRST_LINE "path = \\sC:\\\\x\n"
                                              "host = https://acme.ardoq.com\n"
                                              "cert = -----BEGIN\\nline\\r\\n\n";
    assert_set("path", " C:\\x");
    assert_set("host", "https://acme.ardoq.com");
    assert_set("cert", "-----BEGIN\nline\r\n");
    assert_text(expected);
    assert_erase("path");
    assert_erase("host");
    assert_erase("cert");
    assert_text(FIRST_LINE);
    assert_not_set("host");
    /* As another machine wrote it. */
    write_store(expected);
    assert_value("path", " C:\\x");
    assert_value("host", "https://acme.ardoq.com");
    assert_value("cert", "-----BEGIN\nline\r\n");
}

/* What a person writes is read, and stays as it is. */
static void test_text_of_a_person(void **state)
{
    (void)state;
    write_store("\n"
                "# my settings = none\n"
                "\thost=a#b=c \t\r\n"
                "  # host = commented out\n"
                "token\t=  two words  \n"
                "empty =\n"
                "blank = \\s\n"
                "model = \\@\\t\\\\\\n\\r@/\n"
                "\n"
                "last = end");
    assert_value("host", "a#b=c");
    assert_value("token", "two words");
    assert_value("empty", "");
    assert_value("blank", " ");
    assert_value("model", "@\t\\\n\r@/");
    assert_value("last", "end");
    assert_set("host", "h");
    assert_set("empty", "e");
    assert_erase("token");
    assert_set("blank", "");
    assert_set("pin0", "p");
    assert_set("last", "l");
    assert_erase("model");
    assert_text("\n"
                "# my settings = none\n"
                "\thost=h \t\r\n"
                "  # host = commented out\n"
                "empty = e\n"
                "blank = \n"
                "\n"
                "last = l\n"
                "pin0 = p\n");
    write_store("host = h");
    assert_erase("host");
    assert_text("");
    assert_erase("host");
    assert_set("host", "h");
    assert_text("host = h\n");
}

static void test_lines_and_values_of_nothing_but_blanks(void **state)
{
    (void)state;
    write_store("  \n\t\r\na =  \nb =\r\nc = \t x \t\nd = \t\n \n");
    assert_value("a", "");
    assert_value("b", "");
    assert_value("c", "x");
    assert_value("d", "");
    assert_set("a", "1");
    assert_set("d", "4");
    assert_text("  \n\t\r\na = 1  \nb =\r\nc = \t x \t\nd = 4 \t\n \n");
    write_store(" \n");
    assert_not_set("a");
    write_store("#");
    assert_set("a", "1");
    assert_text("#\na = 1\n");
}

static void assert_fault(unsigned line, const char *what)
{
    const ardoq_posix_store_fault_t fault = ardoq_posix_store_fault();
    char expected[sizeof logged];
    if (!what) {
        assert_null(fault.what);
        return;
    }
    assert_int_equal(fault.line, line);
    assert_string_equal(fault.what, what);
    if (line > 0) {
        snprintf(expected, sizeof expected, "the settings file: %s, line %u: %s", store, line,
                 what);
    } else {
        snprintf(expected, sizeof expected, "the settings file: %s: %s", store, what);
    }
    assert_string_equal(logged, expected);
}

static void test_faults_are_told_with_their_line(void **state)
{
    (void)state;
    static const char form[] = "it does not have the form key = value";
    static const char key[] = "a key must have 1 to 15 characters of a-z, 0-9 and _";
    static const char escape[] = "a backslash must be followed by n, r, t, s, @ or \\";
    static const char twice[] = "its key is already on an earlier line";
    static const struct {
        const char *text;
        unsigned line;
        const char *what;
    } rows[] = {
        {"host = h\n{\"host\": \"h\"}\n", 2, form},
        {"key", 1, form},
        {"a = 1\n\n# c\nkey\nhost\n", 4, form},
        {"= x\n", 1, key},
        {"keY = x\n", 1, key},
        {"a-b = x\n", 1, key},
        {"a b = x\n", 1, key},
        {"a_key_of_16_char = x\n", 1, key},
        {"\xc3\xa6 = x\n", 1, key},
        {"\n\nhost = h\nhost = h\n", 4, twice},
        {"a = 1\nhost = h\nb = 1\na = 2", 4, twice},
        {"host = \\x\n", 1, escape},
        {"host = h\\\n", 1, escape},
        {"host = h\\", 1, escape},
        {"host = h\\\\\\", 1, escape},
        {"host = h\\ \n", 1, escape},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_store(rows[i].text);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        assert_fault(rows[i].line, rows[i].what);
    }
    write_file(store, "a = b\n# \0\n", 11);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    assert_fault(2, "it contains a zero byte");
    assert_int_equal(unlink(store), 0);
    assert_set("host", "h");
    assert_fault(0, NULL);
    write_store("hos = t\nhost = h\nhost0 = 1\nhost_ = 2\na_key_of_15_cha = 3\n");
    assert_value("host", "h");
    assert_fault(0, NULL);
}

static void test_size_is_limited(void **state)
{
    (void)state;
    static char value[TEXT_MAX + 8];
    static char read_back[TEXT_MAX];
    const size_t largest = TEXT_MAX - strlen(FIRST_LINE "k = \n");
    memset(value, 'v', largest + 1);
    assert_int_equal(ardoq_port_store_set("k", value), ARDOQ_ERR_STORE_FULL);
    assert_false(exists(store));
    value[largest] = '\0';
    assert_set("k", value);
    assert_int_equal(ardoq_port_store_get("k", read_back, sizeof read_back), ARDOQ_OK);
    assert_string_equal(read_back, value);
    assert_int_equal(ardoq_port_store_set("a", ""), ARDOQ_ERR_STORE_FULL);
    assert_not_set("a");

    memset(value, '\n', TEXT_MAX + 1);
    write_store(value);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    assert_fault(0, "it is larger than 64 KB");
}

/* As the version before the first release wrote it. */
static void test_old_file_is_read_and_rewritten(void **state)
{
    (void)state;
    static const char old[] =
        "# Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.\n"
        "cert=-----BEGIN\\nline\\r\\n\n"
        "host=https://acme.ardoq.com\n"
        "path=C:\\\\x\n"
        "# crc32 a45aebaa\n";
    write_store(old);
    assert_value("cert", "-----BEGIN\nline\r\n");
    assert_value("host", "https://acme.ardoq.com");
    assert_value("path", "C:\\x");
    assert_text(old);
    assert_set("host", "h");
    assert_text(FIRST_LINE "cert=-----BEGIN\\nline\\r\\n\nhost=h\npath=C:\\\\x\n");
    write_store(old);
    assert_erase("cert");
    assert_set("pin0", "p");
    assert_text(FIRST_LINE "host=https://acme.ardoq.com\npath=C:\\\\x\npin0 = p\n");
    write_store(old);
    assert_set("pin0", "p");
    assert_text(FIRST_LINE "cert=-----BEGIN\\nline\\r\\n\nhost=https://acme.ardoq.com\n"
                           "path=C:\\\\x\npin0 = p\n");
}

/* ---- Values in files of their own ------------------------------------------------------------ */

static char *other_file(const char *text)
{
    static char path[sizeof folder + 16];
    snprintf(path, sizeof path, "%s/root pem", folder);
    write_file(path, text, strlen(text));
    return path;
}

static void write_reference(const char *path)
{
    char text[sizeof store + 64];
    snprintf(text, sizeof text, "host = h\nca0 = @%s\n", path);
    write_store(text);
}

static void test_value_in_a_file(void **state)
{
    (void)state;
    write_reference(other_file("-----BEGIN\nx\n-----END\n\r\n"));
    assert_value("ca0", "-----BEGIN\nx\n-----END");
    assert_each(ARDOQ_OK, "host=h;ca0=?;");
    write_reference(other_file("1234567\n"));
    assert_each(ARDOQ_OK, "host=h;ca0=1234567;");
    char value[8];
    assert_int_equal(ardoq_port_store_get("ca0", value, 7), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_int_equal(ardoq_port_store_get("ca0", value, 8), ARDOQ_OK);
    write_reference(other_file(""));
    assert_value("ca0", "");
    write_reference(other_file("\n"));
    assert_value("ca0", "");
    assert_set("ca0", "new");
    assert_text("host = h\nca0 = new\n");
    assert_string_equal(read_file(other_file("x")).data, "x");
    write_store("ca0 = @relative\npin0 = @\n");
    assert_value("ca0", "@relative");
    assert_value("pin0", "@");
}

static void test_value_in_a_file_that_cannot_be_read(void **state)
{
    (void)state;
    static char large[TEXT_MAX + 2];
    static const char what[] = "its file cannot be read";
    char value[16] = "untouched";
    memset(large, 'x', TEXT_MAX);
    write_reference(other_file(large));
    assert_int_equal(ardoq_port_store_get("ca0", value, sizeof value), ARDOQ_ERR_SETTING_TOO_LONG);
    memset(large, 'x', TEXT_MAX + 1);
    char *path = other_file(large);
    for (int i = 0; i < 4; i++) {
        write_reference(path);
        logged[0] = '\0';
        assert_int_equal(ardoq_port_store_get("ca0", value, sizeof value),
                         ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_string_equal(value, "untouched");
        assert_fault(2, what);
        logged[0] = '\0';
        assert_each(ARDOQ_ERR_STORE_UNAVAILABLE, "host=h;");
        assert_fault(2, what);
        assert_value("host", "h");
        assert_int_equal(unlink(path), 0);
        if (i == 0) {
            assert_int_equal(mkfifo(path, 0600), 0);
        } else if (i == 1) {
            write_file(path, "a\0b", 3);
        } else {
            strcpy(path, "/dev/null"); /* no regular file either, and nothing to remove */
            break;
        }
    }
    write_reference("/");
    assert_int_equal(ardoq_port_store_get("ca0", value, sizeof value), ARDOQ_ERR_STORE_UNAVAILABLE);
    write_store("x\n");
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    write_reference("/nonexistent");
    assert_int_equal(ardoq_port_store_get("ca0", value, sizeof value), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_erase("ca0");
    assert_text("host = h\n");
}

/* ---- Where it is ----------------------------------------------------------------------------- */

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

static void assert_default_store(void)
{
    char path[sizeof folder + 32];
    assert_int_equal(mode_of(store), 0600);
    assert_int_equal(mode_of(beside(".lock")), 0600);
    snprintf(path, sizeof path, "%s/.config", folder);
    assert_int_equal(mode_of(path), 0700);
    snprintf(path, sizeof path, "%s/.config/ardoq", folder);
    assert_int_equal(mode_of(path), 0700);
}

static void test_default_folder_is_made(void **state)
{
    (void)state;
    put_environment("XDG_CONFIG_HOME", NULL);
    put_environment("HOME", folder);
    ardoq_posix_set_store_path(NULL);
    static const mode_t masks[] = {0777, 0};
    snprintf(store, sizeof store, "%s/.config/ardoq/store", folder);
    for (size_t i = 0; i < 2; i++) {
        assert_false(exists(store));
        const mode_t before = umask(masks[i]);
        assert_set("host", "h");
        umask(before);
        assert_default_store();
        assert_value("host", "h");
        assert_int_equal(unlink(store), 0);
        assert_int_equal(unlink(beside(".lock")), 0);
        char path[sizeof folder + 32];
        snprintf(path, sizeof path, "%s/.config/ardoq", folder);
        assert_int_equal(rmdir(path), 0);
        *strrchr(path, '/') = '\0';
        assert_int_equal(rmdir(path), 0);
    }
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
        {1, ARDOQ_OK},
        {250, ARDOQ_OK},
        {251, ARDOQ_ERR_STORE_UNAVAILABLE},
        {252, ARDOQ_ERR_STORE_UNAVAILABLE},
        {256, ARDOQ_ERR_STORE_UNAVAILABLE},
        {0, ARDOQ_ERR_STORE_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(store, sizeof store, "%s/new/n/%.*s", folder, rows[i].length, name);
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
    ardoq_posix_set_store_path("n/store");
    assert_set("host", "h");
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
    char value[8];
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                     ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_each(ARDOQ_ERR_STORE_UNAVAILABLE, "");
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_ERR_STORE_UNAVAILABLE);
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

/* Whoever starts it chooses the environment. */
static void test_more_rights(void **state)
{
    (void)state;
    put_environment("XDG_CONFIG_HOME", folder);
    put_environment("HOME", folder);
    put_environment("ARDOQ_API_HOST", "h");
    ardoq_posix_set_store_path(NULL);
    assert_set("host", "stored");
    faults.more_rights = true;
    assert_not_set("host");
    assert_each(ARDOQ_OK, "");
    assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
    put_environment("ARDOQ_API_HOST", NULL);
}

/* ---- Who may read it ------------------------------------------------------------------------- */

static void assert_modes(const mode_t *modes, size_t count, bool are_good)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(chmod(store, modes[i]), 0);
        if (are_good) {
            assert_value("host", "h");
        } else {
            assert_refused(ARDOQ_ERR_STORE_PERMISSIONS);
        }
    }
}

static const mode_t own_modes[] = {0600, 0400, 0700};
static const mode_t open_modes[] = {0640, 0604, 0644, 0444};
static const mode_t bad_modes[] = {0620, 0610, 0602, 0601, 0660, 0606, 0664, 0646, 0655};

#define MODES(modes) modes, sizeof(modes) / sizeof(modes)[0]

static void test_others_may_not_write_it(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_modes(MODES(bad_modes), false);
    assert_modes(MODES(own_modes), true);
    assert_modes(MODES(open_modes), true);
}

static void test_others_may_not_read_secrets(void **state)
{
    (void)state;
    static const char *const secrets[] = {"token", "key"};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        unlink(store);
        assert_set("host", "h");
        assert_set(secrets[i], "s");
        assert_modes(MODES(bad_modes), false);
        assert_modes(MODES(open_modes), false);
        assert_modes(MODES(own_modes), true);
    }
    /* The file that is named has rights of its own. */
    write_store("host = h\ntoken = @/etc/ardoq/token\nkey = @/etc/ardoq/key.pem\n");
    assert_modes(MODES(open_modes), true);
}

static mode_t mode_of_store(void)
{
    struct stat status;
    assert_int_equal(stat(store, &status), 0);
    return status.st_mode & 07777;
}

static void test_a_change_keeps_who_may_read_it(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_int_equal(mode_of_store(), 0600);
    assert_int_equal(chmod(store, 0644), 0);
    assert_set("host", "i");
    assert_int_equal(mode_of_store(), 0644);
    assert_int_equal(chmod(store, 0440), 0);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_int_equal(mode_of_store(), 0640);
    assert_set("token", SECRET);
    assert_int_equal(mode_of_store(), 0600);
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_OK);
    assert_int_equal(mode_of_store(), 0600);
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values_come_back),
        TEST(test_each_key_has_its_value),
        TEST(test_value_must_fit),
        TEST(test_key_must_be_one),
        TEST(test_changes_are_made_together),
        TEST(test_of_changes_that_fail_none_is_made),
        TEST(test_erase_of_nothing_writes_nothing),
        TEST(test_each),
        TEST(test_each_with_environment),
        TEST(test_credential),
        TEST(test_credential_that_cannot_be_read),
        TEST(test_text_of_the_file),
        TEST(test_text_of_a_person),
        TEST(test_lines_and_values_of_nothing_but_blanks),
        TEST(test_faults_are_told_with_their_line),
        TEST(test_size_is_limited),
        TEST(test_old_file_is_read_and_rewritten),
        TEST(test_value_in_a_file),
        TEST(test_value_in_a_file_that_cannot_be_read),
        TEST(test_path),
        TEST(test_no_path_at_all),
        TEST(test_default_folder_is_made),
        TEST(test_names_that_cannot_be_written),
        TEST(test_path_without_folder),
        TEST(test_link_is_followed),
        TEST(test_more_rights),
        TEST(test_others_may_not_write_it),
        TEST(test_others_may_not_read_secrets),
        TEST(test_a_change_keeps_who_may_read_it),
        TEST(test_stranger_may_not_own_it),
        TEST(test_closed_folder),
        TEST(test_what_is_no_file),
        TEST(test_lock_that_leads_elsewhere),
    };
    return cmocka_run_group_tests_name("posix_store", tests, NULL, NULL);
}
