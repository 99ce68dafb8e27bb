#include "sample.h"

#include <string.h>

void sample_identity(ardoq_identity_t *identity)
{
    memset(identity, 0, sizeof *identity);
#define FIELD(name, key, value) identity->name = value;
    SAMPLE_FIELDS(FIELD)
#undef FIELD
}

ardoq_err_t sample_config(ardoq_config_t *config)
{
    const ardoq_err_t err = ardoq_config_defaults(config, NULL);
    strcpy(config->token, SAMPLE_TOKEN);
    strcpy(config->workspace, SAMPLE_WORKSPACE);
    strcpy(config->component_type, SAMPLE_TYPE);
    strcpy(config->org_label, "acme");
    return err;
}
