/* When a program tries again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ardoq/client.h"

enum { FIRST = 30, LONGEST = 6 * 60 * 60, DAY = 24 * 60 * 60 };

static const uint32_t randoms[] = {0, 1, UINT32_MAX / 2, UINT32_MAX / 2 + 1, UINT32_MAX};

#define FOR_EACH_RANDOM(random)                                                                    \
    for (const uint32_t *random = randoms; random < randoms + sizeof randoms / sizeof *randoms;    \
         random++)

#define FOR_EACH_ERROR(err)                                                                        \
    for (ardoq_err_t err = (ardoq_err_t)-1; err >= -ARDOQ_ERR_COUNT; err = (ardoq_err_t)(err - 1))

static uint32_t delay(ardoq_err_t err, uint32_t asked, uint32_t failures, uint32_t random)
{
    const ardoq_response_t response = {.retry_after_s = asked};
    return ardoq_retry_delay(err, &response, failures, random);
}

static bool needs_person(ardoq_err_t err)
{
    const ardoq_err_class_t err_class = ardoq_err_class(err);
    return err_class == ARDOQ_CLASS_CONFIGURATION || err_class == ARDOQ_CLASS_BUG;
}

static bool may_help_at_once(ardoq_err_t err)
{
    return err == ARDOQ_ERR_REPEAT_REQUEST || err == ARDOQ_ERR_CONFLICT;
}

static uint32_t longest_pause(uint32_t failures)
{
    const uint64_t pause = failures < 10 ? (uint64_t)FIRST << failures : LONGEST;
    return pause < LONGEST ? (uint32_t)pause : LONGEST;
}

static void test_success_waits_for_nothing(void **state)
{
    (void)state;
    FOR_EACH_RANDOM(random)
    {
        assert_int_equal(delay(ARDOQ_OK, 60, 7, *random), 0);
        assert_int_equal(delay(ARDOQ_PENDING, 60, 7, *random), 0);
    }
}

/* Whatever went wrong, and however often. */
static void test_no_delay_is_for_ever_or_a_tight_loop(void **state)
{
    (void)state;
    FOR_EACH_ERROR(err)
    {
        for (uint32_t failures = 1; failures < 40; failures++) {
            FOR_EACH_RANDOM(random)
            {
                assert_in_range(delay(err, 0, failures, *random), 1, DAY);
            }
        }
        assert_in_range(delay(err, 0, UINT32_MAX, UINT32_MAX), 1, DAY);
    }
    assert_in_range(delay((ardoq_err_t)(-ARDOQ_ERR_COUNT - 1), 0, 0, 0), 1, DAY);
}

static void test_what_may_pass_has_a_growing_pause(void **state)
{
    (void)state;
    FOR_EACH_ERROR(err)
    {
        for (uint32_t failures = 0; failures < 40 && !needs_person(err); failures++) {
            const uint32_t longest = longest_pause(failures);
            const bool is_at_once = failures == 0 && may_help_at_once(err);
            assert_int_equal(delay(err, 0, failures, 0), is_at_once ? 0 : 1);
            assert_int_equal(delay(err, 0, failures, UINT32_MAX), is_at_once ? 0 : longest);
            assert_in_range(delay(err, 0, failures, UINT32_MAX / 2 + 1),
                            is_at_once ? 0 : longest / 2, is_at_once ? 0 : longest / 2 + 1);
        }
    }
}

static void test_what_a_person_must_mend_is_tried_once_a_day(void **state)
{
    (void)state;
    FOR_EACH_ERROR(err)
    {
        for (uint32_t failures = 0; failures < 3 && needs_person(err); failures++) {
            assert_int_equal(delay(err, 0, failures, 0), DAY);
            assert_int_equal(delay(err, 0, failures, UINT32_MAX), DAY);
        }
    }
}

/* Not sooner than it asks for, not all devices at once, whatever the error. */
static void test_the_servers_time_is_kept(void **state)
{
    (void)state;
    static const uint32_t asked[] = {1, 60, ARDOQ_RETRY_AFTER_MAX};
    FOR_EACH_ERROR(err)
    {
        for (size_t i = 0; i < 3; i++) {
            for (uint32_t failures = 0; failures < 40; failures++) {
                assert_int_equal(delay(err, asked[i], failures, 0), asked[i] + 1);
                assert_int_equal(delay(err, asked[i], failures, UINT32_MAX),
                                 asked[i] + longest_pause(failures));
            }
        }
        assert_int_equal(delay(err, UINT32_MAX, 99, UINT32_MAX), ARDOQ_RETRY_AFTER_MAX + LONGEST);
    }
}

static void test_no_response_is_needed(void **state)
{
    (void)state;
    assert_int_equal(ardoq_retry_delay(ARDOQ_ERR_NETWORK_DOWN, NULL, 0, UINT32_MAX), FIRST);
    assert_int_equal(ardoq_retry_delay(ARDOQ_ERR_RATE_LIMITED, NULL, 1, UINT32_MAX), 2 * FIRST);
}

/* Each second of the pause is as likely as any other. */
static void test_delays_are_spread_evenly(void **state)
{
    (void)state;
    unsigned counts[FIRST + 1] = {0};
    for (uint32_t i = 0; i < 3000; i++) {
        counts[delay(ARDOQ_ERR_TIMEOUT, 0, 0, i * (UINT32_MAX / 3000))]++;
    }
    for (size_t second = 1; second <= FIRST; second++) {
        assert_in_range(counts[second], 98, 102);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success_waits_for_nothing),
        cmocka_unit_test(test_no_delay_is_for_ever_or_a_tight_loop),
        cmocka_unit_test(test_what_may_pass_has_a_growing_pause),
        cmocka_unit_test(test_what_a_person_must_mend_is_tried_once_a_day),
        cmocka_unit_test(test_the_servers_time_is_kept),
        cmocka_unit_test(test_no_response_is_needed),
        cmocka_unit_test(test_delays_are_spread_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
