#include "work.h"

#include <stdbool.h>
#include <string.h>

#include "ardoq/http_response.h"
#include "ardoq/json_read.h"
#include "ardoq/text.h"
#include "sample.h"

/* A time of 2026, so that the report is complete. */
#define SAMPLE_TIME 1795867200

static ardoq_config_t config;
static ardoq_identity_t identity;
static ardoq_report_t report;
static ardoq_json_token_t document_tokens[ARDOQ_ELEMENT_TOKENS];
static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);

int work_prepare(void)
{
    sample_identity(&identity);
    return sample_config(&config);
}

int work_compose(void)
{
    static char body[1536];
    ardoq_text_t text;
    ardoq_text_init(&text, body, sizeof body, ARDOQ_ERR_JSON_BUFFER_FULL);
    const ardoq_err_t err = ardoq_report_compose(&config, &identity, SAMPLE_TIME, &report);
    return err || ardoq_report_write_body(&report, 0, &text) || text.length < 300;
}

int work_http(void)
{
    static const char answer[] = SAMPLE_HTTP;
    const size_t size = sizeof answer - 1;
    ardoq_http_parser_t parser;
    ardoq_http_piece_t piece;
    ardoq_err_t err = ARDOQ_PENDING;
    size_t body_size = 0;
    ardoq_http_parser_init(&parser, false);
    for (size_t i = 0; err == ARDOQ_PENDING && i < size; i += piece.consumed) {
        err = ardoq_http_parse(&parser, answer + i, size - i, &piece);
        body_size += piece.body_size;
    }
    return err || parser.head.status != 200 || body_size != parser.head.content_length;
}

int work_json(void)
{
    static const char text[] = SAMPLE_COMPONENT;
    char serial[32];
    ardoq_err_t err = ardoq_json_parse(&document, text, sizeof text - 1);
    if (!err) {
        err = ardoq_json_string(&document, ARDOQ_JSON_ROOT, "customFields.device_serial", serial,
                                sizeof serial);
    }
    return err || strcmp(serial, "52540012ab34") != 0;
}
