#include "ardoq/err.h"

#include "ardoq/build_config.h"

const char *ardoq_err_name(ardoq_err_t err)
{
    switch (err) {
    case ARDOQ_OK:
        return "OK";
    case ARDOQ_PENDING:
        return "PENDING";
#define ARDOQ_ERROR(name, value, class_name, hint)                                                 \
    case ARDOQ_ERR_##name:                                                                         \
        return #name;
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
    }
    return "UNKNOWN";
}

ardoq_err_class_t ardoq_err_class(ardoq_err_t err)
{
    switch (err) {
    case ARDOQ_OK:
    case ARDOQ_PENDING:
        return ARDOQ_CLASS_NONE;
#define ARDOQ_ERROR(name, value, class_name, hint)                                                 \
    case ARDOQ_ERR_##name:                                                                         \
        return ARDOQ_CLASS_##class_name;
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
    }
    return ARDOQ_CLASS_BUG;
}

const char *ardoq_err_hint(ardoq_err_t err)
{
#if ARDOQ_HINTS
    switch (err) {
    case ARDOQ_OK:
    case ARDOQ_PENDING:
        return "";
#define ARDOQ_ERROR(name, value, class_name, hint)                                                 \
    case ARDOQ_ERR_##name:                                                                         \
        return hint;
#include "ardoq/errors.def"
#undef ARDOQ_ERROR
    }
#else
    (void)err;
#endif
    return "";
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
