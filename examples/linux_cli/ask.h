/* Questions to a person at the terminal. */
#ifndef ASK_H
#define ASK_H

#include <stdbool.h>

/* Room for an answer: a terminal gives no longer line. */
enum { ANSWER_SIZE = 4097 };

/* Whether a person can be asked: all standard streams are a terminal. */
bool can_ask(void);

/* All below return false if there was no answer: the input has ended, or a signal such as that of
 * Ctrl-C came. The terminal is then as it was. */

/* Asks for a line, which is trimmed. The preset, "" if there is none, is only shown: it is what an
 * empty answer means. */
bool ask_line(const char *question, const char *preset, char answer[ANSWER_SIZE]);

/* Asks for a line that is not shown while it is typed; to be wiped. */
bool ask_secret(const char *question, char answer[ANSWER_SIZE]);

/* Asks until the answer is yes or no; an empty one is the preset. */
bool ask_yes(const char *question, bool preset, bool *is_yes);

#endif
