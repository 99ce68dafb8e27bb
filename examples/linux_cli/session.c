#include "session.h"

#include <signal.h>
#include <stddef.h>

#include "console.h"
#include "store_names.h"

/* Large, so static. */
ardoq_config_t config;
ardoq_client_t client;
const char *ca_path;
bool is_verbose;

static void on_signal(int number)
{
    (void)number;
    ardoq_interrupt(&client);
}

static void interrupt_on_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static ardoq_err_t load(void)
{
    const char *ca_pem = config.ca_pem;
    const ardoq_err_t err = ardoq_load_config(&client, &config);
    config.ca_pem = ca_pem;
    if (!err) {
        note_unknown_names();
    }
    return err;
}

ardoq_err_t load_config(void)
{
    const ardoq_err_t err = load();
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
    }
    return err;
}

ardoq_err_t try_open_as_it_is(void)
{
    const ardoq_err_t err = ardoq_open(&client, &config);
    if (!err) {
        interrupt_on_signals();
    }
    return err;
}

ardoq_err_t try_open(void)
{
    const ardoq_err_t err = load();
    return err ? err : try_open_as_it_is();
}

ardoq_err_t open_client(void)
{
    const ardoq_err_t err = try_open();
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
    }
    return err;
}

ardoq_err_t read_identity(ardoq_identity_t *identity)
{
    const char *setting;
    const ardoq_err_t err = ardoq_identity_read(identity, &setting);
    if (err) {
        ardoq_console_explain(&console, NULL, err, setting);
    }
    return err;
}
