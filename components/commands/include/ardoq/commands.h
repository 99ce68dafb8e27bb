/**
 * @file
 * What the command-line tool and a device's console share. Output goes through the caller's
 * function: results are JSON (but for the lines of `check`), notes and errors are for people. The
 * token is never written.
 */
#ifndef ARDOQ_COMMANDS_H
#define ARDOQ_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/client.h"
#include "ardoq/context.h"
#include "ardoq/list.h"
#include "ardoq/model.h"
#include "ardoq/model_check.h"
#include "ardoq/report.h"
#include "ardoq/reporter.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a piece of output is. */
typedef enum {
    ARDOQ_OUTPUT_RESULT, /**< what was asked for: standard output of a tool */
    ARDOQ_OUTPUT_NOTE,   /**< for people: standard error of a tool */
    ARDOQ_OUTPUT_ERROR,  /**< for people, important */
} ardoq_output_t;

/** Where output goes. */
typedef struct {
    /** Takes @p size bytes of text; lines come in pieces. */
    void (*write)(void *context, ardoq_output_t output, const char *text, size_t size);
    void *context; /**< given to write */
} ardoq_console_t;

/** Writes NUL-terminated text. */
void ardoq_console_write(const ardoq_console_t *console, ardoq_output_t output, const char *text);

/**
 * Writes "error: " and what ardoq_explain() does.
 * @param console  where the text goes
 * @param client   of the call that failed, or null
 * @param err      what is explained
 * @param setting  that it is about, where no client knows it; or null
 */
void ardoq_console_explain(const ardoq_console_t *console, const ardoq_client_t *client,
                           ardoq_err_t err, const char *setting);

/**
 * Exit status of a program or command that ends with @p err: 0 for success, else by the class of
 * the error: 3 configuration, 4 wait, 5 try again, 6 bug. (1 and 2 are left to the program: a
 * failure of its own, and a wrong command line.)
 */
int ardoq_console_exit_status(ardoq_err_t err);

/** `me`: writes the answer and a note. @return as ardoq_me(); the error is explained. */
ardoq_err_t ardoq_command_me(const ardoq_console_t *console, ardoq_client_t *client,
                             ardoq_me_t *me);

/**
 * `report`: reports the device and writes outcome and component id.
 * A @p model of null reports as ardoq_report_device() does; it is of use with CONFIG_ARDOQ_MODEL
 * only.
 * @return as ardoq_model_report(); the error is explained.
 */
ardoq_err_t ardoq_command_report(const ardoq_console_t *console, ardoq_client_t *client,
                                 const ardoq_identity_t *identity, ardoq_model_t *model,
                                 ardoq_report_t *report);

/**
 * `report --dry-run`: writes what would be sent, and sends nothing.
 * @return as ardoq_report_compose(), ardoq_model_compose() or ardoq_model_write_body(); the error
 * is explained.
 */
ardoq_err_t ardoq_command_report_dry_run(const ardoq_console_t *console,
                                         const ardoq_config_t *config,
                                         const ardoq_identity_t *identity, ardoq_model_t *model,
                                         ardoq_report_t *report);

/**
 * Writes JSON that came from elsewhere as the result. Of what a terminal may act on the escape is
 * written, which means the same, and between the parts a space; line breaks stay.
 * @param console  takes the text
 * @param json     @p size bytes, in whole characters
 * @param size     in bytes
 */
void ardoq_console_write_json(const ardoq_console_t *console, const char *json, size_t size);

/** Memory of a check; private. */
typedef struct {
    /** @cond private */
    ardoq_console_t lines; /**< on which every output is the result */
    const ardoq_config_t *config;
    ardoq_client_t *client;
    ardoq_phase_t phase; /**< whose line is the next */
    ardoq_err_t err;     /**< the first one */
    ardoq_me_t me;
    ardoq_context_check_t findings;
    union {
        ardoq_context_t context;
#if ARDOQ_MODEL
        ardoq_model_check_t model;
#endif
    } call; /**< under way */
    /** @endcond */
} ardoq_check_t;

/**
 * `check`: tries everything that a report needs, and writes a line for each step, for people: "ok",
 * the step and what was found; or "failed", the step and the error, with what is known of it in
 * lines below that begin with a space. The steps: settings, DNS, TCP, TLS, me, workspace,
 * component_type, each setting that names a custom field, parent, and each entry of relations, as
 * "relations 1". What cannot be tried after a failure has no line. A line that begins with "note"
 * names a relation that will be left out. Nothing is changed in Ardoq.
 * @param console   takes the lines
 * @param config    what was to be loaded
 * @param client    what was to be opened with it
 * @param identity  of the device, as far as it is known
 * @param model     whose parent and relations are tried; null: none; of use with CONFIG_ARDOQ_MODEL
 *                  only
 * @param opened    result of ardoq_config_load(), ardoq_identity_read() and ardoq_open(): the first
 *                  step
 * @param check     the caller's memory, for this call
 * @return ARDOQ_OK, or the error of the first step that failed: @p opened; as ardoq_me();
 *         ARDOQ_ERR_ORG_LABEL_DIFFERS; as ardoq_context_check(), ardoq_context_type_error() and
 *         ardoq_context_field_error(); as ardoq_model_check() returns and tells.
 */
ardoq_err_t ardoq_command_check(const ardoq_console_t *console, const ardoq_config_t *config,
                                ardoq_client_t *client, const ardoq_identity_t *identity,
                                ardoq_model_t *model, ardoq_err_t opened, ardoq_check_t *check);

/** `workspaces`: id and name of each that the token sees, one JSON object a line.
 * @return as ardoq_list_each(); the error is explained. */
ardoq_err_t ardoq_command_workspaces(const ardoq_console_t *console, ardoq_client_t *client,
                                     ardoq_list_t *list);

/** `components`: the components that meet a query, one JSON object a line, as they come.
 * @return as ardoq_list_each(); the error is explained. */
ardoq_err_t ardoq_command_components(const ardoq_console_t *console, ardoq_client_t *client,
                                     ardoq_list_t *list, const ardoq_query_t *query,
                                     size_t query_count);

/** `context WORKSPACE`: its component types, custom fields and reference types, one JSON object a
 * line.
 * @return as ardoq_context_each(); the error is explained. */
ardoq_err_t ardoq_command_context(const ardoq_console_t *console, ardoq_client_t *client,
                                  ardoq_context_t *context, const char *workspace);

/** `config list`: every setting with the value in force; null for unset, secrets shortened.
 * @return ARDOQ_OK or an error of the store, which is explained. */
ardoq_err_t ardoq_command_config_list(const ardoq_console_t *console, const ardoq_config_t *config);

/** `config get NAME`: the value in force.
 * @return ARDOQ_OK, ARDOQ_ERR_SETTING_UNKNOWN or an error of the store; it is explained. */
ardoq_err_t ardoq_command_config_get(const ardoq_console_t *console, const ardoq_config_t *config,
                                     const char *name);

/** `config set NAME VALUE`: checks the value and writes it to the store.
 * @return ARDOQ_OK, ARDOQ_ERR_SETTING_UNKNOWN, an error of ardoq_setting_assign() or of
 *         ardoq_port_store_set(); it is explained. */
ardoq_err_t ardoq_command_config_set(const ardoq_console_t *console, const char *name,
                                     const char *value);

/** `config unset NAME`: removes the value from the store, so that the default holds again; also
 * that of a setting of earlier versions.
 * @return ARDOQ_OK, ARDOQ_ERR_SETTING_UNKNOWN or an error of the store; it is explained. */
ardoq_err_t ardoq_command_config_unset(const ardoq_console_t *console, const char *name);

/**
 * `csr`: writes the request for a certificate (CSR) of the device's own key, as PEM, with the
 * subject "CN=SERIAL". The key is the one in the store, as `key`; where none is, or a new one is
 * wanted, it is made, and stored once the request is there. It is never written to the console.
 * Needs CONFIG_ARDOQ_CLIENT_CERTIFICATE, CONFIG_ARDOQ_STORE_PEM and what ardoq/tls_request.h says.
 * @param console      where the request goes; a note says which key it is, and whether the
 *                     certificate in the store is now of another one
 * @param serial       of the device, as a gateway takes it: 1 to 64 of A-Z, a-z, 0-9, dot, hyphen
 *                     and underscore; null is ""
 * @param is_new       true: make a key also if the store has one, which is lost
 * @param buffer       room for the key of the store, then for the request; wiped
 * @param buffer_size  in bytes, at least ARDOQ_KEY_PEM_SIZE
 * @return ARDOQ_OK; ARDOQ_ERR_SERIAL_MISSING for ""; ARDOQ_ERR_SETTING_INVALID for any other; as
 *         ardoq_tls_make_key() and ardoq_tls_write_request(); an error of the store. It is
 * explained.
 */
ardoq_err_t ardoq_command_csr(const ardoq_console_t *console, const char *serial, bool is_new,
                              char *buffer, size_t buffer_size);

/* ---- The console of a device ----------------------------------------------------------------- */

/**
 * Adds what the program knows beside the platform and the settings, such as the model, or
 * config->ca_pem. Called for each command that talks to Ardoq.
 * @return ARDOQ_OK; anything else ends the command with that error, which is explained.
 */
typedef ardoq_err_t (*ardoq_describe_t)(ardoq_config_t *config, ardoq_identity_t *identity);

/** What a command works with: several KB, the caller's. It is wiped before the command returns. */
typedef struct {
    ardoq_config_t config;     /**< its settings */
    ardoq_client_t client;     /**< open while a command runs */
    ardoq_identity_t identity; /**< what is reported */
#if ARDOQ_MODEL
    ardoq_model_t model; /**< the same */
#endif
    union {
        ardoq_me_t me;         /**< of `me` */
        ardoq_report_t report; /**< of `report` */
        ardoq_check_t check;   /**< of `check` */
    } result;                  /**< of the command */
} ardoq_device_t;

/**
 * Runs a command line of a device's console:
 *
 *     ardoq check
 *     ardoq me
 *     ardoq report
 *     ardoq status               of the reporter: the last report, the next one, and why
 *     ardoq get [NAME]
 *     ardoq set NAME VALUE       \\n in a certificate or key is a line break
 *     ardoq unset NAME
 *     ardoq csr [--new-key]      the request for a certificate of the device's own key
 *
 * Where a reporter runs, `report` leaves the work to it, and a setting that is set or unset makes
 * it report at once.
 * @param console   where the text goes
 * @param device    need not be initialised
 * @param describe  null if the program has nothing to add
 * @param reporter  that runs in another task; null if none does
 * @param argc      number of words in @p argv
 * @param argv      argv[0] is the program's name, as main() has it; the words may be changed
 * @return as ardoq_console_exit_status(); 2 for any other command line, which is explained
 */
int ardoq_command_line(const ardoq_console_t *console, ardoq_device_t *device,
                       ardoq_describe_t describe, ardoq_reporter_t *reporter, int argc,
                       char **argv);

#ifdef __cplusplus
}
#endif

#endif
