/* The network of the example, and the time from SNTP. */
#ifndef NETWORK_H
#define NETWORK_H

#include <esp_err.h>

/* Connects as set in the menu 'Example Connection Configuration'; returns when there is an address.
 */
esp_err_t network_connect(void);

/* Gets the time by SNTP; waits for a few seconds. */
esp_err_t network_set_clock(void);

#endif
