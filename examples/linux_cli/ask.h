/* Questions to a person at the terminal. */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>

/* Size of an answer: no line of a terminal is longer. */
enum { ANSWER_SIZE = 4097 };

/* Whether a person can be asked: all standard streams are a terminal. */
bool can_ask(void);

/* All functions below return false if there was no answer: the input ended, or a signal came, such
 * as by Ctrl-C. The terminal is then as before. */

/* Asks for a line, and trims it. The preset, "" for none, is only shown: an empty answer means
 * it. */
bool ask_line(const char *question, const char *preset, char answer[ANSWER_SIZE]);

/* Asks for a line that is not shown while typed. The caller wipes it. */
bool ask_secret(const char *question, char answer[ANSWER_SIZE]);

/* Asks until the answer is yes or no; an empty one is the preset. */
bool ask_yes(const char *question, bool preset, bool *is_yes);

#endif
