#include "ardoq/err.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ardoq/build_config.h"

/* ---- Rows of errors.def; what is no error has the row behind them ---------------------------- */

static const int16_t values[] = {
    ARDOQ_OK,
    ARDOQ_PENDING,
#define ARDOQ_ERROR(name, value, class_name, hint) ARDOQ_ERR_##name,
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
};

enum { VALUES_COUNT = sizeof values / sizeof values[0] };

static const uint8_t classes[VALUES_COUNT + 1] = {
    ARDOQ_CLASS_NONE,
    ARDOQ_CLASS_NONE,
#define ARDOQ_ERROR(name, value, class_name, hint) ARDOQ_CLASS_##class_name,
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
    ARDOQ_CLASS_BUG,
};

/* One text, because a pointer to each would be as large as a third of the names. */
static const char names[] = "OK\0"
                            "PENDING\0"
#define ARDOQ_ERROR(name, value, class_name, hint) #name "\0"
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
                            "UNKNOWN";

static size_t row_of(ardoq_err_t err)
{
    size_t row = 0;
    while (row < VALUES_COUNT && values[row] != err) {
        row++;
    }
    return row;
}

/* ---- What is asked for ----------------------------------------------------------------------- */

const char *ardoq_err_name(ardoq_err_t err)
{
    const char *name = names;
    for (size_t row = row_of(err); row > 0; row--) {
        name += strlen(name) + 1;
    }
    return name;
}

ardoq_err_class_t ardoq_err_class(ardoq_err_t err)
{
    return (ardoq_err_class_t)classes[row_of(err)];
}

const char *ardoq_err_hint(ardoq_err_t err)
{
#if ARDOQ_HINTS
    static const char *const hints[VALUES_COUNT + 1] = {
        "",
        "",
#define ARDOQ_ERROR(name, value, class_name, hint) hint,
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
        "",
    };
    return hints[row_of(err)];
#else
    (void)err;
    return "";
#endif
}

const char *ardoq_err_class_name(ardoq_err_class_t err_class)
{
    switch (err_class) {
    case ARDOQ_CLASS_NONE:
        return "nothing to do";
    case ARDOQ_CLASS_CONFIGURATION:
        return "fix the configuration";
    case ARDOQ_CLASS_WAIT:
        return "wait";
    case ARDOQ_CLASS_RETRY:
        return "try again later";
    case ARDOQ_CLASS_BUG:
        return "report a bug";
    }
    return "report a bug";
}
