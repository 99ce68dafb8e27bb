#include "setup_write.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port_posix.h"
#include "ardoq/settings.h"
#include "console.h"
#include "session.h"
#include "variable.h"

/* The settings that setup asks for, except the token. */
static const char *const names[] = {"host", "org_label", "workspace", "component_type", "fields"};
enum { NAMES = sizeof names / sizeof names[0] };

static const char *text_of(const char *name)
{
    ardoq_decimal_t room;
    return ardoq_setting_text(ardoq_setting_find(name), &config, &room);
}

static bool is_usual_list(const char *fields)
{
    static ardoq_config_t usual; /* large */
    const bool is_usual = !ardoq_config_defaults(&usual, NULL) && strcmp(usual.fields, fields) == 0;
    ardoq_config_wipe(&usual);
    return is_usual;
}

/* ---- Showing --------------------------------------------------------------------------------- */

static void show_place(void)
{
    char path[PATH_MAX];
    say("");
    say("The settings, for ", ardoq_posix_store_path(path, sizeof path) ? "the store" : path, ":");
}

void setup_show(bool is_new_token, const char *type_name, const char *workspace_name)
{
    show_place();
    say("  host            ", config.host);
    say("  token           ", config.token[0] == '\0' ? "none" : is_new_token ? "new" : "kept");
    if (config.org_label[0] != '\0') {
        say("  org_label       ", config.org_label);
    }
    say("  workspace       ", config.workspace, " ", workspace_name);
    say("  component_type  ", config.component_type, " ", type_name);
    if (!is_usual_list(config.fields)) {
        say("  fields          ", config.fields);
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Whether it is missing in the store. The list of fields is stored only if it differs from the
 * build's. */
static bool is_new(const char *name, const char *text)
{
    char stored[ARDOQ_SETTING_TEXT_SIZE];
    const ardoq_err_t err = ardoq_port_store_get(name, stored, sizeof stored);
    if (err == ARDOQ_ERR_NOT_SET) {
        return text[0] != '\0' && !(strcmp(name, "fields") == 0 && is_usual_list(text));
    }
    return err || strcmp(stored, text) != 0;
}

static ardoq_posix_store_change_t change_of(const char *name)
{
    const char *text = text_of(name);
    return (ardoq_posix_store_change_t){name, text[0] != '\0' ? text : NULL};
}

/* A variable would override what was written. */
static void note_variable(const char *name)
{
    const variable_t variable = variable_of(name);
    const char *value = getenv(variable.text);
    if (value && strcmp(value, text_of(name)) != 0) {
        say("note: the variable ", variable.text,
            " is set to something else and overrides it: unset it");
    }
}

static void note_others(bool is_new_token)
{
    for (size_t i = 0; i < NAMES; i++) {
        note_variable(names[i]);
    }
    if (is_new_token) {
        note_variable("token");
    }
    if (is_new_token && ardoq_posix_has_credential()) {
        say("note: the token in $CREDENTIALS_DIRECTORY overrides the new one");
    }
    if (ca_path) {
        say("note: --ca is for this call only; to keep it: ardoq config set ca0 @", ca_path);
    }
}

ardoq_err_t setup_write(bool is_new_token)
{
    ardoq_posix_store_change_t changes[NAMES + 1];
    size_t count = 0;
    for (size_t i = 0; i < NAMES; i++) {
        if (is_new(names[i], text_of(names[i]))) {
            changes[count++] = change_of(names[i]);
        }
    }
    if (is_new_token) {
        changes[count++] = change_of("token");
    }
    const ardoq_err_t err = ardoq_posix_store_change(changes, count);
    if (err) {
        ardoq_console_explain(&console, NULL, err, NULL);
        return err;
    }
    say("The settings are written.");
    note_others(is_new_token);
    return ARDOQ_OK;
}
