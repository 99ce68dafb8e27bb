#include <string.h>

#include "ardoq/utc.h"
#include "console.h"

/* ---- Lines ----------------------------------------------------------------------------------- */

/* The lines are the result, explanations included. */
static void write_result(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)output;
    const ardoq_console_t *console = context;
    console->write(console->context, ARDOQ_OUTPUT_RESULT, text, size);
}

static void write(const ardoq_check_t *check, const char *text)
{
    ardoq_console_write(&check->lines, ARDOQ_OUTPUT_RESULT, text);
}

static void write_explanation(void *check, const char *text)
{
    write(check, text);
}

static void write_padded(const ardoq_check_t *check, const char *word, size_t width)
{
    static const char spaces[] = "                ";
    const size_t length = strlen(word);
    write(check, word);
    write(check, spaces + sizeof spaces - 1 - (length < width ? width - length : 1));
}

static void begin_line(const ardoq_check_t *check, const char *verdict, const char *step)
{
    write_padded(check, verdict, 8);
    write_padded(check, step, 16);
}

static void ok(const ardoq_check_t *check, const char *step)
{
    begin_line(check, "ok", step);
}

/* Writes the line of a failed step. The client has details if its last call failed. */
static void fail(ardoq_check_t *check, const char *step, const char *thing, ardoq_err_t err,
                 const ardoq_client_t *client)
{
    begin_line(check, "failed", step);
    if (thing[0] != '\0') {
        write(check, thing);
        write(check, ": ");
    }
    ardoq_explain(client, err, write_explanation, check);
    check->err = check->err ? check->err : err;
}

/* ---- The connection -------------------------------------------------------------------------- */

static void print_settings(const ardoq_check_t *check)
{
    ok(check, "settings");
    write(check, check->config->host);
    if (check->config->org_label[0] != '\0') {
        write(check, ", org_label ");
        write(check, check->config->org_label);
    }
    write(check, "\n");
}

static void print_addresses(const ardoq_check_t *check)
{
    const ardoq_https_t *https = &check->client->https;
    for (size_t i = 0; i < https->address_count; i++) {
        write(check, i > 0 ? ", " : "");
        write(check, ardoq_ip_text(&https->addresses[i]).text);
    }
}

static void print_connection(const ardoq_check_t *check)
{
    write(check, ardoq_ip_text(&ardoq_detail(check->client)->address).text);
    write(check, " port ");
    ardoq_decimal_t room;
    write(check, ardoq_decimal(check->client->origin.port, &room));
}

static void print_tls(const ardoq_check_t *check)
{
    const ardoq_detail_t *detail = ardoq_detail(check->client);
    ardoq_iso8601_t end;
    (void)ardoq_utc_to_iso8601(detail->certificate_end, &end);
    end.text[sizeof "2026-11-23" - 1] = '\0';
    write(check, detail->tls_version);
    write(check, " ");
    write(check, detail->tls_cipher);
    write(check, ", ");
    write(check, detail->certificate_subject);
    write(check, ", valid until ");
    write(check, end.text);
    write(check, detail->certificate_dates_unchecked ? ", not checked: the clock is unknown" : "");
}

/* The steps of a connection, by phase. */
static const struct {
    const char *name;
    void (*print)(const ardoq_check_t *check);
} connection[] = {
    [ARDOQ_PHASE_RESOLVE] = {"DNS", print_addresses},
    [ARDOQ_PHASE_CONNECT] = {"TCP", print_connection},
    [ARDOQ_PHASE_HANDSHAKE] = {"TLS", print_tls},
};

/* Writes the lines of finished steps. */
static void print_progress(void *context)
{
    ardoq_check_t *check = context;
    const ardoq_phase_t phase = ardoq_detail(check->client)->phase;
    for (; check->phase < phase && check->phase <= ARDOQ_PHASE_HANDSHAKE; check->phase++) {
        ok(check, connection[check->phase].name);
        connection[check->phase].print(check);
        write(check, "\n");
    }
}

static ardoq_err_t connect_and_ask(ardoq_check_t *check)
{
    const ardoq_err_t err = ardoq_me_start(check->client, &check->me);
    check->phase = err ? ardoq_detail(check->client)->phase : ARDOQ_PHASE_RESOLVE;
    return err ? err : ardoq_finish(check->client, print_progress, check);
}

/* A request that could not be started is not a failure of the connection. */
static const char *failed_step(const ardoq_check_t *check)
{
    const bool is_connected = check->phase > ARDOQ_PHASE_HANDSHAKE;
    return is_connected || check->phase == ARDOQ_PHASE_IDLE ? "me" : connection[check->phase].name;
}

static void check_me(ardoq_check_t *check)
{
    const ardoq_err_t err = connect_and_ask(check);
    if (err) {
        fail(check, failed_step(check), "", err, check->client);
        return;
    }
    ok(check, "me");
    ardoq_console_note_me(&check->lines, &check->me);
}

/* ---- Content of the organisation ------------------------------------------------------------- */

/* Ardoq does not require the header on an organisation's own host, and does not document the effect
 * of a wrong one. */
static void check_label(ardoq_check_t *check)
{
    const char *label = check->config->org_label;
    const char *found = check->me.org_label;
    if (label[0] != '\0' && found[0] != '\0' && strcmp(label, found) != 0) {
        fail(check, "org_label", found, ARDOQ_ERR_ORG_LABEL_DIFFERS, NULL);
    }
}

static ardoq_err_t check_workspace(ardoq_check_t *check)
{
    const char *workspace = check->config->workspace;
    const ardoq_err_t err =
        ardoq_context_check(check->client, &check->call.context, &check->findings);
    if (err) {
        fail(check, "workspace", workspace, err, check->client);
        return err;
    }
    ok(check, "workspace");
    write(check, workspace);
    write(check, "\n");
    return ARDOQ_OK;
}

static void check_type(ardoq_check_t *check)
{
    const char *type = check->config->component_type;
    const ardoq_err_t err = ardoq_context_type_error(&check->findings);
    if (err) {
        fail(check, "component_type", type, err, NULL);
        return;
    }
    ok(check, "component_type");
    write(check, type);
    write(check, " ");
    write(check, check->findings.type_name);
    write(check, "\n");
}

#if ARDOQ_MODEL
/* Suggests a type that fits. */
static void suggest_type(const ardoq_check_t *check, const ardoq_field_t *field)
{
    static const char device[] = "device_";
    const char *name = ardoq_identity_name(field->source);
    const bool is_default = strncmp(field->target, device, sizeof device - 1) == 0 &&
                            strcmp(field->target + sizeof device - 1, name) == 0;
    ardoq_value_type_t type;
    if (ardoq_context_field_type(&check->findings, field->source, &type)) {
        const char *word = ardoq_value_type_name(type);
        write(check, "  it takes a ");
        write(check, word);
        write(check, ": write ");
        write(check, name);
        write(check, is_default ? "" : "=");
        write(check, is_default ? "" : field->target);
        write(check, ":");
        write(check, word);
        write(check, " in fields\n");
    }
}
#endif

static void check_field(ardoq_check_t *check, const ardoq_field_t *field)
{
    const char *name = ardoq_identity_name(field->source);
    const ardoq_err_t err = ardoq_context_field_error(&check->findings, field->source);
    if (err) {
        fail(check, name, field->target, err, NULL);
#if ARDOQ_MODEL
        if (err == ARDOQ_ERR_CUSTOM_FIELD_UNFIT) {
            suggest_type(check, field);
        }
#endif
        return;
    }
    ok(check, name);
    write(check, field->target);
    write(check, "\n");
}

static void check_fields(ardoq_check_t *check)
{
    const char *fields = check->config->fields;
    ardoq_field_t field;
    if (!ardoq_field_find(fields, ARDOQ_IDENTITY_serial, &field)) {
        fail(check, ardoq_identity_name(ARDOQ_IDENTITY_serial), "", ARDOQ_ERR_SERIAL_FIELD_MISSING,
             NULL);
    }
    while (ardoq_field_next(&fields, &field)) {
        check_field(check, &field);
    }
}

/* ---- The model ------------------------------------------------------------------------------- */

#if ARDOQ_MODEL

/* Writes a number with its name, if that is known. */
static void write_with_name(const ardoq_check_t *check, const char *text, const char *name)
{
    write(check, text);
    write(check, name[0] != '\0' ? " " : "");
    write(check, name);
}

static void print_target(const ardoq_check_t *check, const ardoq_relation_check_t *relation)
{
    write(check, relation->what);
    if (relation->component_type[0] != '\0') {
        write(check, ", ");
        write(check, relation->component_type);
    }
    if (relation->is_missing) {
        write(check, relation->entry.target.component_type
                         ? ": will be made"
                         : ": missing, so the device is reported without it");
    }
}

static void print_relation(void *context, const ardoq_relation_check_t *relation)
{
    ardoq_check_t *check = context;
    char step[sizeof "relations 4294967295"];
    ardoq_text_t text;
    ardoq_decimal_t room;
    const bool is_parent = relation->number == ARDOQ_RELATIONS_MAX;
    ardoq_text_init(&text, step, sizeof step, ARDOQ_ERR_NAME_TOO_LONG);
    ardoq_text_append_string(&text, is_parent ? "parent" : "relations ");
    if (!is_parent) {
        ardoq_text_append_string(&text, ardoq_decimal(relation->number + 1, &room));
    }
    if (relation->err) {
        fail(check, step, relation->what, relation->err,
             relation->is_of_request ? check->client : NULL);
        return;
    }
    const bool is_left_out =
        relation->is_empty || (relation->is_missing && !relation->entry.target.component_type);
    begin_line(check, is_left_out ? "note" : "ok", step);
    if (!is_parent) {
        write_with_name(check, ardoq_decimal(relation->entry.type, &room),
                        relation->reference_type);
        write(check, ", ");
    }
    if (relation->is_empty) {
        write(check, "left out: a field in it is empty");
    } else {
        print_target(check, relation);
    }
    write(check, "\n");
}

static void check_model(ardoq_check_t *check, const ardoq_identity_t *identity,
                        ardoq_model_t *model)
{
    const ardoq_err_t err = ardoq_model_check(check->client, identity, model, &check->call.model,
                                              print_relation, check);
    if (err) {
        const char *setting = ardoq_detail(check->client)->setting;
        fail(check, setting ? setting : "model", "", err, NULL);
    }
}

#endif

/* ---- The command ----------------------------------------------------------------------------- */

ardoq_err_t ardoq_command_check(const ardoq_console_t *console, const ardoq_config_t *config,
                                ardoq_client_t *client, const ardoq_identity_t *identity,
                                ardoq_model_t *model, ardoq_err_t opened, ardoq_check_t *check)
{
    memset(check, 0, sizeof *check);
    check->lines = (ardoq_console_t){.write = write_result, .context = (void *)console};
    check->config = config;
    check->client = client;
    if (opened) {
        fail(check, "settings", "", opened, client);
        return opened;
    }
    print_settings(check);
    check_me(check);
    if (check->err) {
        return check->err;
    }
    check_label(check);
    if (check_workspace(check) == ARDOQ_OK) {
        check_type(check);
        check_fields(check);
#if ARDOQ_MODEL
        if (model) {
            check_model(check, identity, model);
        }
#else
        (void)identity;
        (void)model;
#endif
    }
    return check->err;
}
