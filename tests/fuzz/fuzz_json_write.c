/*
 * The JSON writer, ardoq/json_write.h.
 *
 * Input: calls, one a line. `{` `}` `[` `]` begin and end; `kTEXT` writes a key and `sTEXT` a
 * string; `iNUMBER` an integer; `t` and `f` a boolean; every other line null. The text is written
 * into a buffer of exactly its size, and into one that is a byte smaller.
 *
 * Properties:
 * - Calls that make one complete value are accepted, others are not. A model that keeps the open
 *   brackets, and knows nothing of JSON, says which do.
 * - What was written is valid and NUL-terminated, and what was written reads back, value for value.
 * - A window shows its part of the same text.
 * - One byte less of room is JSON_BUFFER_FULL, and nothing is written behind it.
 */
#include "ardoq/json_write.h"

#include "ardoq/json_read.h"
#include "fuzz.h"

/* Room for what any input makes of itself, so that only the model decides. */
static size_t room_for(span_t input)
{
    return 8 * input.size + 64;
}

/* ---- The model ---------------------------------------------------------------------------------
 */

typedef struct {
    char open[ARDOQ_JSON_DEPTH_MAX]; /* brackets */
    size_t depth;
    bool has_key;     /* a member's value is due */
    bool is_complete; /* the one value stands */
    ardoq_err_t err;  /* the first */
} model_t;

static void fail(model_t *model, ardoq_err_t err)
{
    model->err = model->err ? model->err : err;
}

static bool in_object(const model_t *model)
{
    return model->depth > 0 && model->open[model->depth - 1] == '{';
}

static void begin_value(model_t *model)
{
    if (model->is_complete || in_object(model) != model->has_key) {
        fail(model, ARDOQ_ERR_INVALID_ARGUMENT);
    }
    model->has_key = false;
}

static void end_value(model_t *model)
{
    model->is_complete = model->depth == 0;
}

static void begin_container(model_t *model, char bracket)
{
    begin_value(model);
    if (model->depth == ARDOQ_JSON_DEPTH_MAX) {
        fail(model, ARDOQ_ERR_JSON_TOO_DEEP);
    } else if (!model->err) {
        model->open[model->depth++] = bracket;
    }
}

static void end_container(model_t *model, char bracket)
{
    if (model->has_key || model->depth == 0 || in_object(model) != (bracket == '}')) {
        fail(model, ARDOQ_ERR_INVALID_ARGUMENT);
    } else {
        model->depth--;
    }
    end_value(model);
}

static void take_string(model_t *model, const char *text)
{
    if (!is_utf8((span_t){text, strlen(text)})) {
        fail(model, ARDOQ_ERR_JSON_UTF8);
    }
}

static void take_key(model_t *model, const char *text)
{
    if (!in_object(model) || model->has_key) {
        fail(model, ARDOQ_ERR_INVALID_ARGUMENT);
    }
    take_string(model, text);
    model->has_key = true;
}

static void model_call(model_t *model, char call, const char *text)
{
    switch (call) {
    case '{':
    case '[':
        begin_container(model, call);
        break;
    case '}':
    case ']':
        end_container(model, call);
        break;
    case 'k':
        take_key(model, text);
        break;
    case 's':
        begin_value(model);
        take_string(model, text);
        end_value(model);
        break;
    default:
        begin_value(model);
        end_value(model);
    }
}

/* ---- The calls ---------------------------------------------------------------------------------
 */

static void write_call(ardoq_json_writer_t *writer, char call, const char *text)
{
    switch (call) {
    case '{':
        ardoq_json_write_object_begin(writer);
        break;
    case '}':
        ardoq_json_write_object_end(writer);
        break;
    case '[':
        ardoq_json_write_array_begin(writer);
        break;
    case ']':
        ardoq_json_write_array_end(writer);
        break;
    case 'k':
        ardoq_json_write_key(writer, text);
        break;
    case 's':
        ardoq_json_write_string(writer, text);
        break;
    case 'i':
        ardoq_json_write_int64(writer, strtoll(text, NULL, 10));
        break;
    case 't':
    case 'f':
        ardoq_json_write_boolean(writer, call == 't');
        break;
    default:
        ardoq_json_write_null(writer);
    }
}

/* What was written is the next token of the document: they are in the order of the calls. */
static void check_call(const ardoq_json_document_t *document, int token, char call,
                       const char *text)
{
    const size_t size = strlen(text) + 1;
    char *string = allocate(size);
    int64_t number = 0;
    bool boolean = false;
    switch (call) {
    case '{':
    case '[':
        CHECK(ardoq_json_type(document, token) ==
              (call == '{' ? ARDOQ_JSON_OBJECT : ARDOQ_JSON_ARRAY));
        break;
    case 'k':
    case 's':
        CHECK(ardoq_json_string(document, token, "", string, size) == ARDOQ_OK);
        CHECK(strcmp(string, text) == 0);
        break;
    case 'i':
        CHECK(ardoq_json_int64(document, token, "", &number) == ARDOQ_OK);
        CHECK(number == strtoll(text, NULL, 10));
        break;
    case 't':
    case 'f':
        CHECK(ardoq_json_boolean(document, token, "", &boolean) == ARDOQ_OK);
        CHECK(boolean == (call == 't'));
        break;
    default:
        CHECK(ardoq_json_type(document, token) == ARDOQ_JSON_NULL);
    }
    free(string);
}

/* ---- The runs: each goes through all calls ------------------------------------------------------
 */

typedef struct {
    char call;
    char *text;
} step_t;

static bool take_step(span_t *input, step_t *step)
{
    if (input->size == 0) {
        return false;
    }
    span_t line = take_line(input);
    step->call = line.size > 0 ? line.at[0] : 'n';
    step->text = text_of(line.size > 0 ? (span_t){line.at + 1, line.size - 1} : line);
    return true;
}

static ardoq_err_t run_model(span_t input)
{
    model_t model = {.err = ARDOQ_OK};
    step_t step;
    while (take_step(&input, &step)) {
        model_call(&model, step.call, step.text);
        free(step.text);
    }
    if (!model.is_complete) {
        fail(&model, ARDOQ_ERR_INVALID_ARGUMENT);
    }
    return model.err;
}

static ardoq_err_t write_calls(span_t input, ardoq_text_t *text)
{
    ardoq_json_writer_t writer;
    step_t step;
    ardoq_json_write_init(&writer, text);
    while (take_step(&input, &step)) {
        write_call(&writer, step.call, step.text);
        free(step.text);
    }
    return ardoq_json_write_end(&writer);
}

static ardoq_err_t run_writer(span_t input, char *buffer, size_t size, size_t *written)
{
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, size, ARDOQ_ERR_JSON_BUFFER_FULL);
    const ardoq_err_t err = write_calls(input, &text);
    *written = text.length;
    CHECK(memchr(buffer, '\0', size));
    CHECK(text.length == strlen(buffer));
    return err;
}

static void check_readable(span_t input, const char *text, size_t size)
{
    static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
    static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);
    CHECK(ardoq_json_validate(text, size) == ARDOQ_OK);
    if (ardoq_json_parse(&document, text, size) == ARDOQ_ERR_JSON_TOO_MANY_TOKENS) {
        return;
    }
    int token = 0;
    step_t step;
    while (take_step(&input, &step)) {
        if (step.call != '}' && step.call != ']') {
            CHECK(token < document.count);
            check_call(&document, token++, step.call, step.text);
        }
        free(step.text);
    }
    CHECK(token == document.count);
}

static void check_small_buffer(span_t input, const char *text, size_t size, ardoq_err_t expected)
{
    char *buffer = allocate(size);
    size_t written;
    CHECK(run_writer(input, buffer, size, &written) == expected);
    CHECK(expected || memcmp(buffer, text, size) == 0);
    free(buffer);
}

/* Windows side by side show the same text. */
static void check_windows(span_t input, const char *text, size_t size)
{
    const size_t shown = size / 3 + 1;
    char *buffer = allocate(shown);
    for (size_t skip = 0; skip < size; skip += shown) {
        ardoq_text_t window;
        ardoq_text_init_window(&window, buffer, shown, skip);
        CHECK(write_calls(input, &window) == ARDOQ_OK);
        CHECK(window.total == size);
        CHECK(window.length == (size - skip < shown ? size - skip : shown));
        CHECK(memcmp(buffer, text + skip, window.length) == 0);
    }
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const span_t input = input_of(data, size);
    char *buffer = allocate(room_for(input));
    size_t written;
    const ardoq_err_t err = run_writer(input, buffer, room_for(input), &written);
    CHECK(err == run_model(input));
    if (!err) {
        check_readable(input, buffer, written);
        check_windows(input, buffer, written);
        check_small_buffer(input, buffer, written + 1, ARDOQ_OK);
        check_small_buffer(input, buffer, written, ARDOQ_ERR_JSON_BUFFER_FULL);
    }
    free(buffer);
    return 0;
}
