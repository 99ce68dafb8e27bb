#include <string.h>

#include "client_private.h"

typedef struct {
    ardoq_json_document_t *document;
    ardoq_me_t *me;
} reader_t;

static ardoq_err_t read_text(const reader_t *reader, ardoq_json_value_t object, const char *key,
                             char *text, size_t size)
{
    const ardoq_err_t err = ardoq_json_string(reader->document, object, key, text, size);
    ardoq_text_blank_controls(text);
    if (err == ARDOQ_ERR_JSON_TRUNCATED) {
        reader->me->is_cut = true;
        return ARDOQ_OK;
    }
    if (err) {
        reader->me->response.message = key;
    }
    return err;
}

/* The specification requires neither object, only certain members if an object is present. */
static bool find_object(const reader_t *reader, const char *key, ardoq_json_value_t *object)
{
    return ardoq_json_find(reader->document, ARDOQ_JSON_ROOT, key, object) == ARDOQ_OK &&
           ardoq_json_type(reader->document, *object) != ARDOQ_JSON_NULL;
}

/* At least one object must be present, and be complete: any JSON is not enough. */
static ardoq_err_t read_answer(const reader_t *reader)
{
    ardoq_me_t *me = reader->me;
    ardoq_json_value_t object;
    ardoq_err_t err = ARDOQ_ERR_JSON_KEY_MISSING;
    me->response.message = "org";
    if (find_object(reader, "org", &object)) {
        err = read_text(reader, object, "name", me->org_name, sizeof me->org_name);
        if (!err) {
            err = read_text(reader, object, "label", me->org_label, sizeof me->org_label);
        }
        if (err) {
            return err;
        }
    }
    if (find_object(reader, "user", &object)) {
        err = read_text(reader, object, "email", me->user_email, sizeof me->user_email);
    }
    return err;
}

ardoq_err_t ardoq_me_interpret(const char *body, size_t body_size, ardoq_json_document_t *document,
                               ardoq_me_t *me)
{
    const reader_t reader = {document, me};
    ardoq_err_t err = ardoq_json_parse(document, body, body_size);
    err = err ? err : read_answer(&reader);
    if (err != ARDOQ_ERR_JSON_KEY_MISSING && err != ARDOQ_ERR_JSON_TYPE) {
        me->response.message = "";
    }
    return err;
}

static ardoq_err_t end_me(ardoq_client_t *client, void *context, ardoq_err_t err)
{
    ardoq_me_t *me = context;
    if (!err) {
        err = ardoq_me_interpret(me->response.body, me->response.body_size, &client->json, me);
        client->last.message = me->response.message;
        ardoq_text_hide(me->org_name, client->config->token);
        ardoq_text_hide(me->org_label, client->config->token);
        ardoq_text_hide(me->user_email, client->config->token);
    }
    return err;
}

ardoq_err_t ardoq_me_start(ardoq_client_t *client, ardoq_me_t *me)
{
    const ardoq_request_t request = {.method = "GET", .path = ARDOQ_ME_PATH, .context = me};
    const ardoq_err_t err = ardoq_call_begin(client, me);
    if (err) {
        return err;
    }
    memset(me, 0, sizeof *me);
    return ardoq_call_start(client, &request, &me->response, end_me);
}

ardoq_err_t ardoq_me(ardoq_client_t *client, ardoq_me_t *me)
{
    const ardoq_err_t err = ardoq_me_start(client, me);
    return err ? err : ardoq_finish(client, NULL, NULL);
}
