#include <stdlib.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"

const char *ardoq_port_environment(const char *name)
{
#ifdef CONFIG_IDF_TARGET_LINUX
    return getenv(name);
#else
    (void)name;
    return NULL;
#endif
}
