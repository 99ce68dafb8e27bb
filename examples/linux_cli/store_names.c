#include "store_names.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port_posix.h"
#include "ardoq/settings.h"
#include "ardoq/text.h"
#include "console.h"
#include "nearest.h"

/* Cuts a line of a settings file, which the library has read without error, after its name. Null
 * for a line without a name. */
static const char *name_in(char *line)
{
    char *name = line + strspn(line, " \t\r");
    if (name[0] == '#' || !strchr(name, '=')) {
        return NULL;
    }
    name[strcspn(name, " \t=")] = '\0';
    return name;
}

static void note_names(FILE *file, const char *path)
{
    char *line = NULL;
    size_t size = 0;
    /* Unbuffered, so that no copy of a secret stays in the stream. */
    setvbuf(file, NULL, _IONBF, 0);
    for (unsigned number = 1; getline(&line, &size, file) >= 0; number++) {
        const char *name = name_in(line);
        if (name && !ardoq_setting_find(name) && !ardoq_setting_is_obsolete(name)) {
            char line_number[16];
            snprintf(line_number, sizeof line_number, "%u", number);
            say("warning: ", path, ", line ", line_number, ": there is no setting ", name);
            say_nearest(nearest_setting(name));
        }
        ardoq_wipe(line, size);
    }
    free(line);
}

void note_unknown_names(void)
{
    char path[PATH_MAX];
    FILE *file = ardoq_posix_store_path(path, sizeof path) ? NULL : fopen(path, "re");
    if (file) {
        note_names(file, path);
        fclose(file);
    }
}

void note_store_fault(void)
{
    const ardoq_posix_store_fault_t fault = ardoq_posix_store_fault();
    char path[PATH_MAX];
    if (!fault.what || ardoq_posix_store_path(path, sizeof path)) {
        return;
    }
    say("  file: ", path);
    fputs("  ", stderr);
    if (fault.line > 0) {
        fprintf(stderr, "line %u: ", fault.line);
    }
    fprintf(stderr, "%s\n", fault.what);
}
