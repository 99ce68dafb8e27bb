/* The tool's only configuration and client. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

#include "ardoq/client.h"

extern ardoq_config_t config;
extern ardoq_client_t client;

/* The file of --ca; null: none. */
extern const char *ca_path;

/* --verbose was given. */
extern bool is_verbose;

/* Loads the configuration; a failure is explained. */
ardoq_err_t load_config(void);

/* Loads the configuration and opens the client. From then on signals interrupt it. */
ardoq_err_t try_open(void);

/* The same without loading the configuration. */
ardoq_err_t try_open_as_it_is(void);

/* As try_open(); a failure is explained. */
ardoq_err_t open_client(void);

/* Reads this machine's identity; a failure is explained. */
ardoq_err_t read_identity(ardoq_identity_t *identity);

#endif
