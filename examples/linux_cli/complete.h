/* What a shell may complete a word to. */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stddef.h>

/* Prints what the last of the words after `ardoq` may become, one a line, with a tab and what it
 * means after it. Of --NAME=VALUE, and of NAME=VALUE, only the part that the cursor is in. ":files"
 * means the name of any file. The scripts for bash and zsh are beside this file. */
void complete(size_t count, char **words);

#endif
