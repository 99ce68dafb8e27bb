/* Shell completion. */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stddef.h>

/* Prints the completions of the last word after `ardoq`, one a line, each with a tab and its
 * meaning. For --NAME=VALUE and NAME=VALUE only the part at the cursor. ":files" means any file
 * name. The scripts for bash and zsh are in this folder. */
void complete(size_t count, char **words);

#endif
