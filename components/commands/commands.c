#include "console.h"

static void result(const ardoq_console_t *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, text);
}

static void note(const ardoq_console_t *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, text);
}

static void note_unchecked_dates(const ardoq_console_t *console, const ardoq_client_t *client)
{
    if (ardoq_detail(client)->certificate_dates_unchecked) {
        note(console, "the dates of the server's certificates were not checked: the clock is "
                      "unknown\n");
    }
}

ardoq_err_t ardoq_command_me(const ardoq_console_t *console, ardoq_client_t *client, ardoq_me_t *me)
{
    const ardoq_err_t err = ardoq_me(client, me);
    if (err) {
        ardoq_console_explain(console, client, err, NULL);
        return err;
    }
    note(console, "connected to ");
    ardoq_console_note_me(console, me);
    note_unchecked_dates(console, client);
    ardoq_console_write_json(console, me->response.body, me->response.body_size);
    result(console, "\n");
    return ARDOQ_OK;
}

static void write_outcome(const ardoq_console_t *console, const ardoq_report_t *report)
{
    result(console, "{\"outcome\":\"");
    result(console, ardoq_report_outcome_name(report->outcome));
    /* An id needs no escaping in JSON. */
    result(console, "\",\"id\":\"");
    result(console, report->component_id);
    result(console, "\"}\n");
}

static ardoq_err_t report_with(ardoq_client_t *client, const ardoq_identity_t *identity,
                               ardoq_model_t *model, ardoq_report_t *report)
{
#if ARDOQ_MODEL
    if (model) {
        return ardoq_model_report(client, identity, model, report);
    }
#else
    (void)model;
#endif
    return ardoq_report_device(client, identity, report);
}

static void note_left_out(const ardoq_console_t *console, const ardoq_model_t *model)
{
    const uint32_t left_out = model ? model->left_out : 0;
    ardoq_decimal_t room;
    for (unsigned i = 0; i < ARDOQ_RELATIONS_MAX; i++) {
        if (left_out & UINT32_C(1) << i) {
            note(console, "left out, as its component is missing: entry ");
            note(console, ardoq_decimal(i + 1, &room));
            note(console, " of relations\n");
        }
    }
    if (left_out & ARDOQ_PARENT_LEFT_OUT) {
        note(console, "left out, as its component is missing: parent\n");
    }
}

ardoq_err_t ardoq_command_report(const ardoq_console_t *console, ardoq_client_t *client,
                                 const ardoq_identity_t *identity, ardoq_model_t *model,
                                 ardoq_report_t *report)
{
    const ardoq_err_t err = report_with(client, identity, model, report);
    if (err) {
        ardoq_console_explain(console, client, err, NULL);
        return err;
    }
    note(console, ardoq_report_outcome_name(report->outcome));
    note(console, ": ");
    note(console, report->name);
    note(console, "\n");
    note_left_out(console, model);
    note_unchecked_dates(console, client);
    write_outcome(console, report);
    return ARDOQ_OK;
}

/* Written as it is sent: through a moving window. */
static ardoq_err_t write_body(const ardoq_console_t *console, ardoq_write_body_t write_part,
                              void *context)
{
    char part[256];
    size_t shown = 0;
    ardoq_text_t text;
    do {
        ardoq_text_init_window(&text, part, sizeof part, shown);
        const ardoq_err_t err = write_part(context, 0, &text);
        if (err) {
            return err;
        }
        console->write(console->context, ARDOQ_OUTPUT_RESULT, part, text.length);
        shown += text.length;
    } while (shown < text.total);
    result(console, "\n");
    return ARDOQ_OK;
}

ardoq_err_t ardoq_command_report_dry_run(const ardoq_console_t *console,
                                         const ardoq_config_t *config,
                                         const ardoq_identity_t *identity, ardoq_model_t *model,
                                         ardoq_report_t *report)
{
    const char *setting = NULL;
    ardoq_write_body_t write_part = ardoq_report_write_body;
    void *context = report;
    ardoq_err_t err = ardoq_report_compose(config, identity, ardoq_report_time(), report);
#if ARDOQ_MODEL
    if (!err && model) {
        err = ardoq_model_compose(model, report, &setting);
        write_part = ardoq_model_write_body;
        context = model;
    }
#else
    (void)model;
#endif
    if (!err) {
        note(console, "nothing is sent; this would be POST " ARDOQ_REPORT_PATH ":\n");
        err = write_body(console, write_part, context);
    }
    if (err) {
        ardoq_console_explain(console, NULL, err, setting);
    }
    return err;
}
