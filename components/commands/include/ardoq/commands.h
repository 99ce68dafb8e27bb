/**
 * @file
 * Shared by the command-line tool and a device's console. Output goes to the caller's function:
 * results are JSON (except the lines of `check`), notes and errors are for people. The token is
 * never written.
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

/** Kind of output. */
typedef enum {
    ARDOQ_OUTPUT_RESULT, /**< the result: standard output of a tool */
    ARDOQ_OUTPUT_NOTE,   /**< for people: standard error of a tool */
    ARDOQ_OUTPUT_ERROR,  /**< for people, important */
} ardoq_output_t;

/** Destination of the output. */
typedef struct {
    /** Receives @p size bytes of text; a line may come in several pieces. */
    void (*write)(void *context, ardoq_output_t output, const char *text, size_t size);
    void *context; /**< passed to write */
} ardoq_console_t;

/** Writes NUL-terminated text. */
void ardoq_console_write(const ardoq_console_t *console, ardoq_output_t output, const char *text);

/**
 * Writes "error: " and what ardoq_explain() does.
 * @param console  where the text goes
 * @param client   of the call that failed, or null
 * @param err      the error to explain
 * @param setting  the setting with the error, if no client knows it; or null
 */
void ardoq_console_explain(const ardoq_console_t *console, const ardoq_client_t *client,
                           ardoq_err_t err, const char *setting);

/**
 * Exit status of a program or command that ends with @p err: 0 for success, otherwise by the class
 * of the error: 3 configuration, 4 wait, 5 try again, 6 bug. (The program uses 1 for its own
 * failures and 2 for a wrong command line.)
 */
int ardoq_console_exit_status(ardoq_err_t err);

/** `me`: writes the answer and a note. @return as ardoq_me(); the error is explained. */
ardoq_err_t ardoq_command_me(const ardoq_console_t *console, ardoq_client_t *client,
                             ardoq_me_t *me);

/**
 * `report`: reports the device and writes outcome and component id.
 * If @p model is null it reports like ardoq_report_device(); others need CONFIG_ARDOQ_MODEL.
 * @return as ardoq_model_report(); the error is explained.
 */
ardoq_err_t ardoq_command_report(const ardoq_console_t *console, ardoq_client_t *client,
                                 const ardoq_identity_t *identity, ardoq_model_t *model,
                                 ardoq_report_t *report);

/**
 * `report --dry-run`: writes the request without sending it.
 * @return as ardoq_report_compose(), ardoq_model_compose() or ardoq_model_write_body(); the error
 * is explained.
 */
ardoq_err_t ardoq_command_report_dry_run(const ardoq_console_t *console,
                                         const ardoq_config_t *config,
                                         const ardoq_identity_t *identity, ardoq_model_t *model,
                                         ardoq_report_t *report);

/**
 * Writes untrusted JSON as the result. Characters that a terminal may act on are written as
 * equivalent escapes, and between the parts as spaces; line breaks are kept.
 * @param console  takes the text
 * @param json     @p size bytes, in whole characters
 * @param size     in bytes
 */
void ardoq_console_write_json(const ardoq_console_t *console, const char *json, size_t size);

/** Memory of a check; private. */
typedef struct {
    /** @cond private */
    ardoq_console_t lines; /**< writes everything as result */
    const ardoq_config_t *config;
    ardoq_client_t *client;
    ardoq_phase_t phase; /**< phase of the next line */
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
 * `check`: tests everything that a report needs, and writes a line for each step, for people: "ok",
 * the step and the result; or "failed", the step and the error, with details in the lines below,
 * which begin with a space. The steps: settings, DNS, TCP, TLS, me, workspace, component_type, each
 * setting that names a custom field, parent, and each entry of relations, as "relations 1". Steps
 * that cannot be tested after a failure have no line. A line that begins with "note" is about a
 * relation that will be left out. Nothing is changed in Ardoq.
 * @param console   takes the lines
 * @param config    the configuration, if it was loaded
 * @param client    the client, if it was opened
 * @param identity  of the device, as far as known
 * @param model     its parent and relations are checked; may be null; needs CONFIG_ARDOQ_MODEL
 * @param opened    result of ardoq_config_load(), ardoq_identity_read() and ardoq_open(): the first
 *                  step
 * @param check     the caller's memory, for this call
 * @return ARDOQ_OK, or the error of the first step that failed: @p opened; as ardoq_me();
 *         ARDOQ_ERR_ORG_LABEL_DIFFERS; as ardoq_context_check(), ardoq_context_type_error() and
 *         ardoq_context_field_error(); errors of ardoq_model_check() and its results.
 */
ardoq_err_t ardoq_command_check(const ardoq_console_t *console, const ardoq_config_t *config,
                                ardoq_client_t *client, const ardoq_identity_t *identity,
                                ardoq_model_t *model, ardoq_err_t opened, ardoq_check_t *check);

/** `workspaces`: id and name of each visible one, one JSON object per line.
 * @return as ardoq_list_each(); the error is explained. */
ardoq_err_t ardoq_command_workspaces(const ardoq_console_t *console, ardoq_client_t *client,
                                     ardoq_list_t *list);

/** `components`: the components that match a query, one JSON object per line.
 * @return as ardoq_list_each(); the error is explained. */
ardoq_err_t ardoq_command_components(const ardoq_console_t *console, ardoq_client_t *client,
                                     ardoq_list_t *list, const ardoq_query_t *query,
                                     size_t query_count);

/** `context WORKSPACE`: its component types, custom fields and reference types, one JSON object per
 * line.
 * @return as ardoq_context_each(); the error is explained. */
ardoq_err_t ardoq_command_context(const ardoq_console_t *console, ardoq_client_t *client,
                                  ardoq_context_t *context, const char *workspace);

/** `config list`: every setting with its effective value; null if unset, secrets shortened.
 * @return ARDOQ_OK or an error of the store, which is explained. */
ardoq_err_t ardoq_command_config_list(const ardoq_console_t *console, const ardoq_config_t *config);

/** `config get NAME`: the effective value.
 * @return ARDOQ_OK, ARDOQ_ERR_SETTING_UNKNOWN or an error of the store; it is explained. */
ardoq_err_t ardoq_command_config_get(const ardoq_console_t *console, const ardoq_config_t *config,
                                     const char *name);

/** `config set NAME VALUE`: checks the value and writes it to the store.
 * @return ARDOQ_OK, ARDOQ_ERR_SETTING_UNKNOWN, an error of ardoq_setting_assign() or of
 *         ardoq_port_store_set(); it is explained. */
ardoq_err_t ardoq_command_config_set(const ardoq_console_t *console, const char *name,
                                     const char *value);

/** `config unset NAME`: removes the value from the store, so that the default applies; also for
 * settings of earlier versions.
 * @return ARDOQ_OK, ARDOQ_ERR_SETTING_UNKNOWN or an error of the store; it is explained. */
ardoq_err_t ardoq_command_config_unset(const ardoq_console_t *console, const char *name);

/**
 * `csr`: writes the request for a certificate (CSR) of the device's own key, as PEM, with the
 * subject "CN=SERIAL". It uses the key in the store (`key`). If there is none, or a new one is
 * wanted, it makes a key and stores it after the request is made. The key is never shown.
 * Needs CONFIG_ARDOQ_CLIENT_CERTIFICATE, CONFIG_ARDOQ_STORE_PEM and what ardoq/tls_request.h needs.
 * @param console      where the request goes; a note says which key it is, and whether the
 *                     certificate in the store is now for another key
 * @param serial       of the device, as a gateway accepts it: 1 to 64 of A-Z, a-z, 0-9, dot, hyphen
 *                     and underscore; null is ""
 * @param is_new       true: make a new key even if the store has one, which is lost
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
 * Adds what only the program knows, such as the model or config->ca_pem. Called for each command
 * that talks to Ardoq.
 * @return ARDOQ_OK; anything else ends the command with that error, which is explained.
 */
typedef ardoq_err_t (*ardoq_describe_t)(ardoq_config_t *config, ardoq_identity_t *identity);

/** Memory of a command: several KB, owned by the caller. Wiped before the command returns. */
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
 * If there is a reporter, `report` asks it to report, and changing a setting makes it report at
 * once.
 * @param console   where the text goes
 * @param device    need not be initialised
 * @param describe  may be null
 * @param reporter  running in another task; may be null
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
