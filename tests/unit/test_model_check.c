/* A check of a model with a server that fails, and its requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/model_check.h"
#include "ardoq/port_fake.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define OTHER     "0123456789abcdef01234568"

static const ardoq_identity_t identity;
static ardoq_model_t model;
static ardoq_model_check_t check;

/* What was told, in words. */
static char story[1024];

static int set_up(void **state)
{
    memset(&model, 0, sizeof model);
    memset(&check, '#', sizeof check);
    story[0] = '\0';
    assert_int_equal(peer_client_set_up(state), 0);
    strcpy(config.workspace, WORKSPACE);
    return 0;
}

static void take_relation(void *context, const ardoq_relation_check_t *relation)
{
    assert_ptr_equal(context, story);
    const char *text = text_of("%u %s %s%s%s [%s][%s]; ", relation->number,
                               relation->err ? ardoq_err_name(relation->err) : "ok", relation->what,
                               relation->is_of_request ? " of the request" : "",
                               relation->is_missing ? " missing" : "", relation->reference_type,
                               relation->component_type);
    assert_true(strlen(story) + strlen(text) < sizeof story);
    strcat(story, text);
}

static ardoq_err_t check_model(const peer_step_t *steps, size_t count)
{
    peer_client_open(steps, count);
    return ardoq_model_check(&client, &identity, &model, &check, take_relation, story);
}

/* The parent first, and of each its workspace only where something in it is needed. */
static void test_requests(void **state)
{
    (void)state;
    model.parent = "/A";
    model.relations = "2 " OTHER "+p1/B; 3? " OTHER;
    const peer_step_t steps[] = {
        {.answer = json_of("{\"values\":[{\"_id\":\"x\"}]}")},
        {.answer = json_of("{\"referenceTypes\":[{\"type\":2,\"name\":\"Is at\"},{\"type\":22}]}")},
        {.answer = json_of("{\"componentTypes\":[{\"typeId\":\"p1\",\"name\":\"Site\"}]}")},
        {.answer = json_of("{\"values\":[]}")},
        {.answer = json_of("{\"referenceTypes\":[{\"type\":3}]}")},
        {.answer = response_of("404 No", "application/json", "{}")},
    };
    assert_int_equal(check_model(steps, 6), ARDOQ_OK);
    assert_string_equal(story, text_of("%u ok A [][]; 0 ok B missing [Is at][Site]; "
                                       "1 ok " OTHER " missing [][]; ",
                                       ARDOQ_RELATIONS_MAX));
    static const char *const paths[] = {
        "/api/v2/components?rootWorkspace=" WORKSPACE "&name=A ",
        "/api/v2/workspaces/" WORKSPACE "/context ",
        "/api/v2/workspaces/" OTHER "/context ",
        "/api/v2/components?rootWorkspace=" OTHER "&name=B ",
        "/api/v2/workspaces/" WORKSPACE "/context ",
        "/api/v2/components/" OTHER " ",
    };
    const char *at = tls_peer_received();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        at = strstr(at, text_of("GET %s", paths[i]));
        assert_non_null(at);
        at++;
    }
    assert_null(strstr(at, "GET "));
}

/* What a person must mend is told of each; after the others none is tried. */
static void test_failures_that_end_the_check(void **state)
{
    (void)state;
    model.relations = "1 /A; 2 /B";
    const peer_step_t refused[] = {
        {.answer = response_of("403 No", "application/json", "{}")},
        {.answer = response_of("503 No", "application/json", "{}")},
    };
    assert_int_equal(check_model(refused, 2), ARDOQ_OK);
    assert_string_equal(story, text_of("0 %s 1 of the request [][]; 1 %s 2 of the request [][]; ",
                                       ardoq_err_name(ARDOQ_ERR_FORBIDDEN),
                                       ardoq_err_name(ARDOQ_ERR_SERVER_ERROR)));
    ardoq_close(&client);
    story[0] = '\0';
    assert_int_equal(check_model(refused + 1, 1), ARDOQ_OK);
    assert_string_equal(
        story, text_of("0 %s 1 of the request [][]; ", ardoq_err_name(ARDOQ_ERR_SERVER_ERROR)));
}

static void test_nothing_to_check(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = json_of("{}")};
    assert_int_equal(check_model(&step, 1), ARDOQ_OK);
    assert_string_equal(story, "");
    model.relations = "no relation";
    assert_int_equal(ardoq_model_check(&client, &identity, &model, &check, take_relation, story),
                     ARDOQ_ERR_RELATION_INVALID);
    assert_string_equal(ardoq_detail(&client)->setting, "relations");
    assert_int_equal(tls_peer_answered(), 0);
}

static void test_arguments(void **state)
{
    (void)state;
    const ardoq_err_t invalid = ARDOQ_ERR_INVALID_ARGUMENT;
    assert_int_equal(ardoq_model_check(&client, &identity, &model, &check, take_relation, story),
                     invalid);
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_model_check(NULL, &identity, &model, &check, take_relation, story),
                     invalid);
    assert_int_equal(ardoq_model_check(&client, NULL, &model, &check, take_relation, story),
                     invalid);
    assert_int_equal(ardoq_model_check(&client, &identity, NULL, &check, take_relation, story),
                     invalid);
    assert_int_equal(ardoq_model_check(&client, &identity, &model, NULL, take_relation, story),
                     invalid);
    assert_int_equal(ardoq_model_check(&client, &identity, &model, &check, NULL, story), invalid);
    static ardoq_me_t me;
    assert_int_equal(ardoq_me_start(&client, &me), ARDOQ_OK);
    assert_int_equal(ardoq_model_check(&client, &identity, &model, &check, take_relation, story),
                     ARDOQ_ERR_BUSY);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_requests),
        TEST(test_failures_that_end_the_check),
        TEST(test_nothing_to_check),
        TEST(test_arguments),
    };
    return cmocka_run_group_tests_name("model_check", tests, NULL, NULL);
}
