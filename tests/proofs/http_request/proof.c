#include "../../../components/http/http_request.c"

#include "../proof.h"
#include "../text_invariant.h"

enum { CAPACITY_MAX = 20, ENCODED_MAX = 8, WORD_MAX = 2 };

static char *any_word(void)
{
    return any_text(any_size_up_to(WORD_MAX));
}

static ardoq_text_t any_head(char *memory, size_t size)
{
    const ardoq_text_t head = any_text_at_end(memory, size);
    ASSUME(head.full == ARDOQ_ERR_REQUEST_TOO_LARGE);
    return head;
}

static void prove_kept(const ardoq_text_t *head, const ardoq_text_t *before)
{
    PROVE(text_invariant(head) && head->data == before->data && head->size == before->size);
    PROVE(head->length >= before->length);
    PROVE(!before->err || (head->err == before->err && head->length == before->length));
    PROVE(!head->err || before->err || head->err == ARDOQ_ERR_REQUEST_INVALID ||
          head->err == ARDOQ_ERR_REQUEST_TOO_LARGE);
}

void prove_encoded(void)
{
    char memory[ENCODED_MAX];
    ardoq_text_t head = any_head(memory, sizeof memory);
    const ardoq_text_t before = head;
    const char *const word = any_word();
    put_encoded(&head, word);
    prove_kept(&head, &before);
    if (!head.err) {
        const size_t i = any_size_up_to(ENCODED_MAX);
        PROVE(i < before.length || i >= head.length || head.data[i] == '%' ||
              is_unreserved(head.data[i]));
        if (head.length == before.length + 3 * WORD_MAX) {
            REACHED("all encoded");
        }
    }
}

void prove_request_line(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t head = any_head(memory, sizeof memory);
    const ardoq_text_t before = head;
    const ardoq_http_query_t query[] = {{any_text(1), any_text(1)}};
    ardoq_http_write_request_line(&head, any_text(1), any_text(2), query, any_size_up_to(1));
    prove_kept(&head, &before);
    if (!head.err) {
        REACHED("a line");
    }
}

void prove_host(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t head = any_head(memory, sizeof memory);
    const ardoq_text_t before = head;
    ardoq_http_origin_t origin;
    ASSUME(origin.host[WORD_MAX] == '\0');
    ardoq_http_write_host(&head, &origin);
    prove_kept(&head, &before);
    if (!head.err && origin.port != ARDOQ_HTTP_DEFAULT_PORT) {
        REACHED("a host with a port");
    }
}

/* What was accepted ends no line but its own. */
void prove_header(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t head = any_head(memory, sizeof memory);
    const ardoq_text_t before = head;
    ardoq_http_write_header(&head, "X", any_word());
    prove_kept(&head, &before);
    if (!head.err) {
        const size_t i = any_size_up_to(CAPACITY_MAX);
        PROVE(i < before.length || i + 2 >= head.length ||
              (head.data[i] != '\r' && head.data[i] != '\n'));
        REACHED("a header");
    }
}

void prove_method(void)
{
    const ardoq_http_method_t method = ardoq_http_method(any_text(any_size_up_to(8)));
    if (method.is_idempotent && method.expects_body) {
        REACHED("PUT");
    }
}
