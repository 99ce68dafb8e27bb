#include "peer_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

ardoq_request_t request;
ardoq_response_t response;

int peer_request_set_up(void **state)
{
    request = (ardoq_request_t){.method = "GET", .path = "/api/v2/me"};
    memset(&response, '#', sizeof response);
    return peer_client_set_up(state);
}

ardoq_err_t run(void)
{
    return ardoq_request(&client, &request, &response);
}

ardoq_err_t run_with(const char *answer)
{
    peer_client_answer(answer);
    return run();
}

void assert_no_token_in_client(void)
{
    assert_false(holds(&client, sizeof client, TEST_TOKEN));
    assert_false(holds(&client, sizeof client, "Bearer"));
}
