/* The network of the example, and the time, which comes from there. */
#ifndef NETWORK_H
#define NETWORK_H

#include <esp_err.h>

/* Connects as the menu 'Example Connection Configuration' says; returns when there is an address.
 */
esp_err_t network_connect(void);

/* Asks SNTP for the time, and waits for it for some seconds. */
esp_err_t network_set_clock(void);

#endif
