#include "curl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/http_request.h"
#include "console.h"
#include "session.h"

/* ---- Shell words ----------------------------------------------------------------------------- */

/* In single quotes only a single quote is special. A link from Ardoq may contain the token. */
static void quote(FILE *line, const char *text)
{
    const size_t token_size = strlen(config.token);
    fputc('\'', line);
    while (*text != '\0') {
        if (token_size > 0 && strncmp(text, config.token, token_size) == 0) {
            fputs("'\"$ARDOQ_API_TOKEN\"'", line);
            text += token_size;
            continue;
        }
        if (*text == '\'') {
            fputs("'\\''", line);
        } else {
            fputc(*text, line);
        }
        text++;
    }
    fputc('\'', line);
}

static void add_word(FILE *line, const char *option, const char *word)
{
    fprintf(line, " %s ", option);
    quote(line, word);
}

static void add_header(FILE *line, const char *name, const char *value)
{
    char header[512];
    snprintf(header, sizeof header, "%s:%s%s", name, value[0] != '\0' ? " " : "", value);
    add_word(line, "-H", header);
}

/* ---- The request ----------------------------------------------------------------------------- */

/* As the client writes them: the target between method and version, and the host. */
static ardoq_err_t add_url(FILE *line, const ardoq_request_t *request)
{
    static char head[ARDOQ_BUFFER_SIZE];
    ardoq_http_origin_t origin;
    ardoq_text_t text;
    ardoq_err_t err = ardoq_http_origin_parse(config.host, strlen(config.host), &origin);
    if (err) {
        return err;
    }
    ardoq_text_init(&text, head, sizeof head, ARDOQ_ERR_REQUEST_TOO_LARGE);
    ardoq_http_write_request_line(&text, request->method, request->path, request->query,
                                  request->query_count);
    if (text.err) {
        return text.err;
    }
    char *target = head + strlen(request->method) + 1;
    target[strcspn(target, " ")] = '\0';
    char *url;
    char port[8] = "";
    if (origin.port != ARDOQ_HTTP_DEFAULT_PORT) {
        snprintf(port, sizeof port, ":%u", (unsigned)origin.port);
    }
    if (asprintf(&url, "https://%s%s%s", origin.host, port, target) < 0) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    add_word(line, "--url", url); /* no character of it means anything to curl */
    free(url);
    return ARDOQ_OK;
}

/* curl derives the method from the body, except for these. */
static void add_method(FILE *line, const ardoq_request_t *request)
{
    if (strcmp(request->method, "HEAD") == 0) {
        fputs(" --head", line);
    } else if (strcmp(request->method, request->body ? "POST" : "GET") != 0) {
        add_word(line, "-X", request->method);
    }
}

static void add_body(FILE *line, const ardoq_request_t *request)
{
    if (request->body_size > 0) {
        add_header(line, "Content-Type", "application/json");
        add_word(line, "--data-raw", request->body);
    } else if (ardoq_http_method(request->method).expects_body) {
        add_header(line, "Content-Type", ""); /* curl would add one */
        add_word(line, "--data-raw", "");
    }
}

static ardoq_err_t write_line(FILE *line, const ardoq_request_t *request)
{
    fputs("curl -sS", line);
    add_method(line, request);
    if (ca_path) {
        add_word(line, "--cacert", ca_path);
    }
    fputs(" -H \"Authorization: Bearer $ARDOQ_API_TOKEN\"", line);
    if (config.org_label[0] != '\0') {
        add_header(line, "X-org", config.org_label);
    }
    add_header(line, "Accept", "application/json");
    add_body(line, request);
    const ardoq_err_t err = add_url(line, request);
    fputc('\n', line);
    return err;
}

ardoq_err_t print_curl(const ardoq_request_t *request)
{
    char *text = NULL;
    size_t size = 0;
    FILE *line = open_memstream(&text, &size);
    ardoq_err_t err = line ? ARDOQ_OK : ARDOQ_ERR_OUT_OF_MEMORY;
    if (line) {
        err = write_line(line, request);
        fclose(line);
    }
    if (err) {
        ardoq_console_explain(&console, NULL, err, NULL);
    } else {
        /* In strings of the body, anything a terminal acts on is printed as an escape. */
        ardoq_console_write_json(&console, text, size);
    }
    free(text);
    return err;
}
