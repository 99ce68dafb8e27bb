#include <string.h>

#include "ardoq/client.h"
#include "ardoq/utc.h"

/* Where the text goes. */
typedef struct {
    ardoq_write_t write;
    void *context;
} sink_t;

static void put(const sink_t *sink, const char *text)
{
    sink->write(sink->context, text);
}

static void put_line(const sink_t *sink, const char *label, const char *text)
{
    if (text && text[0] != '\0') {
        put(sink, "  ");
        put(sink, label);
        put(sink, text);
        put(sink, "\n");
    }
}

/* Writes a label and a number, unless it is 0. */
static void put_number(const sink_t *sink, const char *label, bool is_negative, const char *prefix,
                       const char *digits)
{
    put(sink, "  ");
    put(sink, label);
    put(sink, is_negative ? "-" : "");
    put(sink, prefix);
    put(sink, digits);
    put(sink, "\n");
}

static void put_decimal(const sink_t *sink, const char *label, int64_t number)
{
    if (number != 0) {
        const uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
        ardoq_decimal_t room;
        put_number(sink, label, number < 0, "", ardoq_decimal(magnitude, &room));
    }
}

/* mbedTLS documents its codes and flags in hexadecimal. */
static void put_hex(const sink_t *sink, const char *label, int64_t number)
{
    char digits[9];
    uint32_t magnitude = (uint32_t)(number < 0 ? -number : number);
    size_t start = sizeof digits - 1;
    digits[start] = '\0';
    for (; magnitude > 0; magnitude >>= 4) {
        digits[--start] = "0123456789abcdef"[magnitude & 0xf];
    }
    if (number != 0) {
        put_number(sink, label, number < 0, "0x", digits + start);
    }
}

static bool is_of_target(ardoq_err_t err)
{
#if ARDOQ_MODEL
    return err == ARDOQ_ERR_TARGET_MISSING || err == ARDOQ_ERR_TARGET_AMBIGUOUS ||
           err == ARDOQ_ERR_SERIAL_AMBIGUOUS;
#else
    (void)err;
    return false;
#endif
}

static void explain_response(const sink_t *sink, ardoq_err_t err, const ardoq_response_t *response)
{
    put_decimal(sink, "HTTP status: ", response->status);
    put_line(sink,
             response->status / 100 == 3 ? "redirects to: "
             : is_of_target(err)         ? "component: "
                                         : "the server says: ",
             response->message);
    put_decimal(sink, "wait seconds: ", response->retry_after_s);
}

/* For the owner of the server, who can fix it. */
static void explain_fault(const sink_t *sink, const ardoq_http_parser_t *parser)
{
    const ardoq_http_fault_t fault = ardoq_http_parser_fault(parser);
    if (fault.what[0] != '\0') {
        ardoq_decimal_t room;
        put_line(sink, "the answer has: ", fault.what);
        put_line(sink, "in: ", fault.where);
        put_line(sink, "at byte of the head: ", ardoq_decimal(fault.at, &room));
    }
}

static void explain_detail(const sink_t *sink, const ardoq_detail_t *detail)
{
    if (detail->phase != ARDOQ_PHASE_IDLE) {
        put_line(sink, "failed in phase: ", ardoq_phase_name(detail->phase));
    }
    put_decimal(sink, "platform code: ", detail->platform_code);
    put_hex(sink, "mbedTLS code: ", detail->tls_code);
    put_hex(sink, "certificate flags: ", detail->verify_flags);
    if (detail->verify_flags != 0 && detail->certificate_end > 0) {
        put_line(sink, "certificate of: ", detail->certificate_subject);
        ardoq_iso8601_t end;
        put_line(sink, "certificates end: ", ardoq_utc_to_iso8601(detail->certificate_end, &end));
    }
}

void ardoq_explain(const ardoq_client_t *client, ardoq_err_t err, ardoq_write_t write,
                   void *context)
{
    const sink_t sink = {write, context};
    put(&sink, ardoq_err_name(err));
    put(&sink, " (");
    put(&sink, ardoq_err_class_name(ardoq_err_class(err)));
    put(&sink, ")\n");
    put_line(&sink, "", ardoq_err_hint(err));
    if (client) {
        put_line(&sink, "setting: ", ardoq_detail(client)->setting);
        explain_response(&sink, err, &client->last);
        if (err == ARDOQ_ERR_HTTP_PROTOCOL) {
            explain_fault(&sink, &client->https.parser);
        }
        explain_detail(&sink, ardoq_detail(client));
    }
}
