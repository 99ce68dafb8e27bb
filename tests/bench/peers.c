/* What a user would take instead of the library: cJSON, http-parser, jsmn. */
#include <cJSON.h>
#include <http_parser.h>
#define JSMN_STATIC
#include <jsmn.h>
#include <stddef.h>
#include <string.h>

#include "peers.h"
#include "sample.h"
#include "work.h"

/* ---- cJSON ----------------------------------------------------------------------------------- */

int work_compose_cjson(void)
{
    char *text = compose_cjson();
    const bool is_done = text && strstr(text, "device_ip_address");
    cJSON_free(text);
    return !is_done;
}

int work_json_cjson(void)
{
    static const char text[] = SAMPLE_COMPONENT;
    cJSON *root = cJSON_ParseWithLength(text, sizeof text - 1);
    const cJSON *fields = cJSON_GetObjectItemCaseSensitive(root, "customFields");
    const cJSON *serial = cJSON_GetObjectItemCaseSensitive(fields, "device_serial");
    const bool is_done = cJSON_IsString(serial) && strcmp(serial->valuestring, "52540012ab34") == 0;
    cJSON_Delete(root);
    return !is_done;
}

/* ---- jsmn ------------------------------------------------------------------------------------ */

int work_json_jsmn(void)
{
    static const char text[] = SAMPLE_COMPONENT;
    static jsmntok_t tokens[96];
    jsmn_parser parser;
    jsmn_init(&parser);
    return jsmn_parse(&parser, text, sizeof text - 1, tokens, sizeof tokens / sizeof tokens[0]) < 1;
}

/* ---- http-parser ----------------------------------------------------------------------------- */

static int take_body(http_parser *parser, const char *data, size_t size)
{
    size_t *body_size = parser->data;
    (void)data;
    *body_size += size;
    return 0;
}

/* A user has to look at each name and value too, as here. */
static int take_header(http_parser *parser, const char *data, size_t size)
{
    (void)parser;
    (void)data;
    (void)size;
    return 0;
}

int work_http_parser(void)
{
    static const char answer[] = SAMPLE_HTTP;
    static const http_parser_settings settings = {
        .on_header_field = take_header, .on_header_value = take_header, .on_body = take_body};
    size_t body_size = 0;
    http_parser parser;
    http_parser_init(&parser, HTTP_RESPONSE);
    parser.data = &body_size;
    const size_t read = http_parser_execute(&parser, &settings, answer, sizeof answer - 1);
    return read != sizeof answer - 1 || parser.status_code != 200 || body_size != 56;
}
