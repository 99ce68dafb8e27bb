/* What the tool thinks that somebody meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"
#include "nearest.h"

void say_texts(const char *const *texts)
{
    (void)texts;
    fail();
}

static const char *near(const char *word)
{
    static const char *const names[] = {"check",   "me",         "report", "run",
                                        "request", "workspaces", "config", "components"};
    nearest_t nearest = nearest_begin(word, strlen(word));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        nearest_try(&nearest, names[i]);
    }
    return nearest.name;
}

static void test_slips_are_found(void **state)
{
    (void)state;
    assert_string_equal(near("reprot"), "report");  /* swapped */
    assert_string_equal(near("eport"), "report");   /* left out, at the beginning */
    assert_string_equal(near("repor"), "report");   /* at the end */
    assert_string_equal(near("repoort"), "report"); /* added */
    assert_string_equal(near("raport"), "report");  /* another one */
    assert_string_equal(near("Report"), "report");  /* a capital */
    assert_string_equal(near("abport"), "report");  /* two in one of four letters and more */
    assert_string_equal(near("rnu"), "run");
    assert_string_equal(near("conifg"), "config");
    assert_string_equal(near("comopnetns"), "components"); /* two slips in a long word */
    assert_string_equal(near("work"), "workspaces");       /* the beginning of one */
    assert_string_equal(near("ma"), "me");
}

static void test_other_words_are_not(void **state)
{
    (void)state;
    static const char *const words[] = {
        "",       "x",    "ab",       "nonsense",
        "deploy", "rxyz", "\x1b[31m", "a-word-of-more-than-thirty-one-bytes",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_null(near(words[i]));
    }
}

static void test_the_nearest_wins(void **state)
{
    (void)state;
    nearest_t nearest = nearest_begin("hosts", 5);
    nearest_try(&nearest, "ghost");
    nearest_try(&nearest, "host");
    nearest_try(&nearest, "hostes");
    assert_string_equal(nearest.name, "host");
}

static void test_settings_and_fields(void **state)
{
    (void)state;
    assert_string_equal(nearest_setting("hots"), "host");
    assert_string_equal(nearest_setting("compnent_type"), "component_type");
    assert_null(nearest_setting("nonsense"));
    assert_string_equal(nearest_field("firmware_verison=1", 16), "firmware_version");
    assert_null(nearest_field("nonsense", 8));
    say_nearest(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slips_are_found),
        cmocka_unit_test(test_other_words_are_not),
        cmocka_unit_test(test_the_nearest_wins),
        cmocka_unit_test(test_settings_and_fields),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
