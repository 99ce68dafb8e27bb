#include "report_from.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "ardoq/devices.h"
#include "ardoq/json_write.h"
#include "console.h"
#include "device_lines.h"
#include "help.h"
#include "nearest.h"
#include "progress.h"
#include "session.h"

#define EXPAND_PATH ARDOQ_REPORT_PATH "/expand"

/* Large, so static. */
static device_lines_t lines;
static ardoq_devices_t devices;

/* Totals of all requests, even if each is a separate call. */
static struct {
    uint32_t failed;
    bool has_results; /* standard output has a line for each device */
} run;

static void count_devices(void *context)
{
    (void)context;
    progress_set(devices.created + devices.updated, devices.failed);
}

/* ---- Results -------------------------------------------------------------------------------- */

/* A serial number in a file may be invalid text. */
static void write_serial(ardoq_json_writer_t *writer, const char *serial)
{
    char nowhere;
    ardoq_text_t text;
    ardoq_text_init_window(&text, &nowhere, 0, 0);
    ardoq_json_escape(&text, serial, strlen(serial));
    ardoq_json_write_key(writer, "serial");
    if (text.err || serial[0] == '\0') {
        ardoq_json_write_null(writer);
    } else {
        ardoq_json_write_string(writer, serial);
    }
}

static void write_failure(ardoq_json_writer_t *writer, const ardoq_device_result_t *result)
{
    ardoq_json_write_member(writer, "outcome", "failed");
    ardoq_json_write_key(writer, "line");
    ardoq_json_write_int64(writer, (int64_t)number_of_device_line(&lines, result->index));
    ardoq_json_write_member(writer, "error", ardoq_err_name(result->err));
}

static void print_result(const ardoq_device_result_t *result)
{
    static char line[DEVICE_LINE_SIZE * 6 + 512]; /* where each byte is an escape */
    ardoq_text_t text;
    ardoq_json_writer_t writer;
    ardoq_text_init(&text, line, sizeof line, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&writer, &text);
    ardoq_json_write_object_begin(&writer);
    write_serial(&writer, result->serial);
    if (result->err) {
        write_failure(&writer, result);
    } else {
        ardoq_json_write_member(&writer, "outcome", ardoq_report_outcome_name(result->outcome));
        ardoq_json_write_member(&writer, "id", result->component_id);
    }
    ardoq_json_write_object_end(&writer);
    ardoq_text_append_string(&text, "\n");
    ardoq_console_write_json(&console, line, text.length);
}

static void write_error(void *context, const char *text)
{
    (void)context;
    ardoq_console_write(&console, ARDOQ_OUTPUT_ERROR, text);
}

/* Prints what is wrong with a line. A name in it may be a misspelt field. */
static void say_fault(const char *number)
{
    const size_t size = strlen(lines.detail);
    say("error: ", lines.name, ":", number, ": ", lines.fault, lines.detail);
    if (ardoq_identity_find(lines.detail, size) == ARDOQ_IDENTITY_COUNT) {
        say_nearest(nearest_field(lines.detail, size));
    }
}

/* Prints the line's number, and what to correct there. */
static void explain_line(const ardoq_device_result_t *result)
{
    char number[24];
    snprintf(number, sizeof number, "%lu", number_of_device_line(&lines, result->index));
    if (lines.fault) {
        say_fault(number);
        return;
    }
    say("error: ", lines.name, ":", number, ": the device ", result->serial,
        result->serial[0] != '\0' ? " is not reported" : "without a serial number is not reported");
    write_error(NULL, "  ");
    ardoq_explain(NULL, result->err, write_error, NULL);
    if (result->message[0] != '\0') {
        say("  the server says: ", result->message);
    }
}

static ardoq_err_t take_device(void *context, const ardoq_device_result_t *result)
{
    (void)context;
    if (result->err) {
        explain_line(result);
        run.failed++;
    }
    if (run.has_results) {
        print_result(result);
    }
    return ARDOQ_OK;
}

/* ---- Reporting ------------------------------------------------------------------------------ */

/* Prints how to go on after an error, once it is fixed or over. */
static void say_where_it_ended(void)
{
    char number[24];
    snprintf(number, sizeof number, "%lu", number_of_device_line(&lines, devices.done));
    say("  everything before ", lines.name, ":", number,
        " is done; go on with: ardoq report --from ", lines.name, " --from-line ", number);
}

static ardoq_err_t report_all(void)
{
    run.has_results = true;
    setvbuf(stdout, NULL, _IOLBF, 0); /* input from a pipe may be slow */
    progress_begin("devices reported", true);
    ardoq_err_t err =
        ardoq_devices_start(&client, &devices, 0, next_device_line, take_device, &lines);
    if (!err) {
        err = ardoq_finish(&client, count_devices, NULL);
    }
    progress_end();
    fprintf(stderr,
            "%" PRIu32 " devices created, %" PRIu32 " updated, %" PRIu32 " failed, in %" PRIu32
            " requests\n",
            devices.created, devices.updated, devices.failed, devices.requests);
    if (err < 0) {
        ardoq_console_explain(&console, &client, err, NULL);
    }
    const bool is_whole =
        err >= 0 || err == ARDOQ_ERR_DEVICES_LEFT_OUT || err == ARDOQ_ERR_REPORT_UNCONFIRMED;
    if (!is_whole) {
        show_error_body(&devices.response);
        say_where_it_ended();
    } else if (err == ARDOQ_ERR_REPORT_UNCONFIRMED) {
        fprintf(stderr, "  devices without a result, or results without a device: %" PRIu32 "\n",
                devices.unconfirmed);
    }
    return err < 0 ? err : ARDOQ_OK;
}

/* ---- Without reporting ---------------------------------------------------------------------- */

/* Through a moving window, as it is sent. */
static ardoq_err_t print_body(void)
{
    ardoq_err_t err = ARDOQ_PENDING;
    for (uint32_t part = 0; err == ARDOQ_PENDING; part++) {
        char piece[512];
        ardoq_text_t text;
        size_t shown = 0;
        do {
            ardoq_text_init_window(&text, piece, sizeof piece, shown);
            err = ardoq_devices_write_body(&devices, part, &text);
            console.write(console.context, ARDOQ_OUTPUT_RESULT, piece, text.length);
            shown += text.length;
        } while (err >= 0 && shown < text.total);
    }
    ardoq_console_write(&console, ARDOQ_OUTPUT_RESULT, "\n");
    return err;
}

static struct {
    ardoq_json_validator_t validator;
    cut_character_t cut;
} answer;

static ardoq_err_t write_expansion(void *context, uint32_t part, ardoq_text_t *text)
{
    (void)context;
    return ardoq_devices_write_body(&devices, part, text);
}

/* Standard output must be JSON, so everything printed is checked. */
static ardoq_err_t print_answer(void *context, const char *data, size_t size)
{
    (void)context;
    print_json(&answer.cut, data, size);
    return ardoq_json_validator_feed(&answer.validator, data, size);
}

static ardoq_err_t expand(void)
{
    const ardoq_request_t request = {
        .method = "POST",
        .path = EXPAND_PATH,
        .write_body = write_expansion,
        .on_body = print_answer,
    };
    ardoq_response_t response = {0};
    memset(&answer, 0, sizeof answer);
    ardoq_json_validator_init(&answer.validator);
    ardoq_err_t err = ardoq_request(&client, &request, &response);
    err = err ? err : ardoq_json_validator_end(&answer.validator);
    ardoq_console_write(&console, ARDOQ_OUTPUT_RESULT, "\n");
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        print_error_body(&response);
    }
    return err;
}

/* One request after the other, until an error. */
static ardoq_err_t compose_all(ardoq_err_t (*use)(void))
{
    ardoq_err_t err = ARDOQ_OK;
    devices.end = 0;
    while (!err) {
        err = ardoq_devices_compose(&config, &devices, devices.end, next_device_line, take_device,
                                    &lines);
        if (err < 0) {
            ardoq_console_explain(&console, NULL, err, NULL);
        } else if (!err && devices.sendable > 0) {
            err = use();
        }
    }
    if (err == ARDOQ_DEVICES_END && run.failed > 0) {
        ardoq_console_explain(&console, NULL, ARDOQ_ERR_DEVICES_LEFT_OUT, NULL);
        return ARDOQ_ERR_DEVICES_LEFT_OUT;
    }
    return err < 0 ? err : ARDOQ_OK;
}

static ardoq_err_t print_all(void)
{
    say("nothing is sent; this would be POST ", ARDOQ_REPORT_PATH, ":");
    return compose_all(print_body);
}

/* ---- The command line ----------------------------------------------------------------------- */

int take_line(const char *text, unsigned long *line)
{
    char *end;
    errno = 0;
    *line = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0) {
        return usage_error("a line has a number, not: ", text);
    }
    return GO_ON;
}

static ardoq_err_t run_report_from(const from_arguments_t *arguments)
{
    const ardoq_err_t err = arguments->is_dry_run ? load_config() : open_client();
    if (err) {
        return err;
    }
    return arguments->is_dry_run     ? print_all()
           : arguments->is_expansion ? compose_all(expand)
                                     : report_all();
}

/* After a read error the file has not been read to its end. */
static int end_report_from(ardoq_err_t err)
{
    if (lines.error && err != ARDOQ_ERR_INTERRUPTED) {
        errno = lines.error;
        const int code = reading_error(lines.name);
        say_where_it_ended();
        return code;
    }
    return ardoq_console_exit_status(err);
}

static int refuse_header(void)
{
    char number[24];
    snprintf(number, sizeof number, "%lu", lines.number);
    say_fault(number);
    help_identity_fields(stderr);
    return EXIT_USAGE;
}

int report_from(const from_arguments_t *arguments)
{
    if (!open_device_lines(&lines, arguments->file, arguments->line)) {
        return reading_error(arguments->file);
    }
    const int code =
        read_device_header(&lines) ? end_report_from(run_report_from(arguments)) : refuse_header();
    close_device_lines(&lines);
    return code;
}
