/**
 * @file
 * The library's console (ardoq/commands.h) on the serial line.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "ardoq/commands.h"

extern const ardoq_console_t console;

#endif
