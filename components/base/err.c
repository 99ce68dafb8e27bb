#include "ardoq/err.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ardoq/build_config.h"

/* ---- Rows: PENDING, OK, those of errors.def, and one for invalid numbers -------------------- */

enum { ROWS = 2 + ARDOQ_ERR_COUNT };

static const uint8_t classes[ROWS + 1] = {
    ARDOQ_CLASS_NONE,
    ARDOQ_CLASS_NONE,
#define ARDOQ_ERROR(name, class_name, hint) ARDOQ_CLASS_##class_name,
#include "ardoq/errors.def"
    ARDOQ_CLASS_BUG,
};

static size_t row_of(ardoq_err_t err)
{
    return err <= ARDOQ_PENDING && err >= -ARDOQ_ERR_COUNT ? (size_t)(ARDOQ_PENDING - err) : ROWS;
}

#if ARDOQ_ERROR_NAMES || ARDOQ_HINTS
/* The texts of all rows are stored one after another: pointers would cost 4 bytes each. */
static const char *text_of_row(const char *text, size_t row)
{
    for (; row > 0; row--) {
        text += strlen(text) + 1;
    }
    return text;
}
#endif

/* ---- Lookups ----------------------------------------------------------------------- */

/* Digits of the number of the error at an index, each a constant. */
#define DIGIT(number, unit) (char)((number) < (unit) ? '\0' : '0' + (number) / (unit) % 10)
#define DIGITS(number)                                                                             \
    {                                                                                              \
        '-',                                                                                       \
            (number) < 100 ? (number) < 10 ? DIGIT(number, 1) : DIGIT(number, 10)                  \
                           : DIGIT(number, 100),                                                   \
            (number) < 100 ? (number) < 10 ? '\0' : DIGIT(number, 1) : DIGIT(number, 10),          \
            (number) < 100 ? '\0' : DIGIT(number, 1),                                              \
    }

_Static_assert(ARDOQ_ERR_COUNT < 1000, "three digits are enough for each number");

const char *ardoq_err_name(ardoq_err_t err)
{
#if ARDOQ_ERROR_NAMES
    static const char names[] = "PENDING\0"
                                "OK\0"
#define ARDOQ_ERROR(name, class_name, hint) #name "\0"
#include "ardoq/errors.def"
                                "UNKNOWN";
    return text_of_row(names, row_of(err));
#else
    static const char numbers[ROWS][5] = {
        "1",
        "0",
#define ARDOQ_ERROR(name, class_name, hint) DIGITS(ARDOQ_ERR_PLACE_##name + 1),
#include "ardoq/errors.def"
    };
    const size_t row = row_of(err);
    return row < ROWS ? numbers[row] : "UNKNOWN";
#endif
}

ardoq_err_class_t ardoq_err_class(ardoq_err_t err)
{
    return (ardoq_err_class_t)classes[row_of(err)];
}

const char *ardoq_err_hint(ardoq_err_t err)
{
#if ARDOQ_HINTS
    /* Arrays, because a compiler need not accept a literal of this length. */
    static const struct {
        char pending, ok;
#define ARDOQ_ERROR(name, class_name, hint) char name[sizeof(hint)];
#include "ardoq/errors.def"
        char unknown;
    } hints = {
        '\0',
        '\0',
#define ARDOQ_ERROR(name, class_name, hint) hint,
#include "ardoq/errors.def"
        '\0',
    };
    return text_of_row((const char *)&hints, row_of(err));
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
