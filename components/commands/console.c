#include "console.h"

#include <string.h>

#include "ardoq/utc.h"

void ardoq_console_write(const ardoq_console_t *console, ardoq_output_t output, const char *text)
{
    console->write(console->context, output, text, strlen(text));
}

static void note(const ardoq_console_t *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, text);
}

static void note_line(const ardoq_console_t *console, const char *label, const char *text)
{
    if (text[0] != '\0') {
        note(console, "  ");
        note(console, label);
        note(console, text);
        note(console, "\n");
    }
}

static void note_number(const ardoq_console_t *console, const char *label, int64_t number)
{
    if (number != 0) {
        const uint64_t magnitude = number < 0 ? (uint64_t)-number : (uint64_t)number;
        note(console, "  ");
        note(console, label);
        note(console, number < 0 ? "-" : "");
        note(console, ardoq_decimal(magnitude).digits);
        note(console, "\n");
    }
}

/* mbedTLS writes its codes and flags in hexadecimal. */
static void note_hex(const ardoq_console_t *console, const char *label, int64_t number)
{
    char digits[9];
    uint32_t magnitude = (uint32_t)(number < 0 ? -number : number);
    size_t start = sizeof digits - 1;
    if (number == 0) {
        return;
    }
    digits[start] = '\0';
    for (; magnitude > 0; magnitude >>= 4) {
        digits[--start] = "0123456789abcdef"[magnitude & 0xf];
    }
    note(console, "  ");
    note(console, label);
    note(console, number < 0 ? "-0x" : "0x");
    note(console, digits + start);
    note(console, "\n");
}

static void explain_response(const ardoq_console_t *console, const ardoq_response_t *response)
{
    note_number(console, "HTTP status: ", response->status);
    note_line(console, response->status / 100 == 3 ? "it points to: " : "the server says: ",
              response->message);
    note_number(console, "wait seconds: ", response->retry_after_s);
}

static void explain_detail(const ardoq_console_t *console, const ardoq_detail_t *detail)
{
    if (detail->phase != ARDOQ_PHASE_IDLE) {
        note_line(console, "failed in phase: ", ardoq_phase_name(detail->phase));
    }
    note_number(console, "platform code: ", detail->platform_code);
    note_hex(console, "mbedTLS code: ", detail->tls_code);
    note_hex(console, "certificate flags: ", detail->verify_flags);
    if (detail->verify_flags != 0 && detail->certificate_end > 0) {
        note_line(console, "certificate of: ", detail->certificate_subject);
        note_line(console,
                  "certificates end: ", ardoq_utc_to_iso8601(detail->certificate_end).text);
    }
}

void ardoq_console_explain(const ardoq_console_t *console, ardoq_err_t err, const char *failed_key,
                           const ardoq_response_t *response, const ardoq_detail_t *detail)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, "error: ");
    ardoq_console_name_error(console, err, failed_key, response, detail);
}

void ardoq_console_name_error(const ardoq_console_t *console, ardoq_err_t err,
                              const char *failed_key, const ardoq_response_t *response,
                              const ardoq_detail_t *detail)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, ardoq_err_name(err));
    note(console, " (");
    note(console, ardoq_err_class_name(ardoq_err_class(err)));
    note(console, ")\n");
    note_line(console, "", ardoq_err_hint(err));
    note_line(console, "setting: ", failed_key ? failed_key : "");
    if (response) {
        explain_response(console, response);
    }
    if (detail) {
        explain_detail(console, detail);
    }
}

void ardoq_console_note_me(const ardoq_console_t *console, const ardoq_me_t *me)
{
    note(console, me->org_name);
    note(console, " (");
    note(console, me->org_label);
    note(console, ") as ");
    note(console, me->user_email);
    note(console, "\n");
}

int ardoq_console_exit_status(ardoq_err_t err)
{
    static const int statuses[] = {
        [ARDOQ_CLASS_NONE] = 0,  [ARDOQ_CLASS_CONFIGURATION] = 3, [ARDOQ_CLASS_WAIT] = 4,
        [ARDOQ_CLASS_RETRY] = 5, [ARDOQ_CLASS_BUG] = 6,
    };
    return statuses[ardoq_err_class(err)];
}
