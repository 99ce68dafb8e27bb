#include "ardoq/json_validate.h"

#include "walker.h"

void ardoq_json_validator_init(ardoq_json_validator_t *validator)
{
    ardoq_json_walk_init(validator, 0);
}

ardoq_err_t ardoq_json_validator_feed(ardoq_json_validator_t *validator, const char *data,
                                      size_t size)
{
    return ardoq_json_walk(validator, &data, data + size);
}

ardoq_err_t ardoq_json_validator_end(const ardoq_json_validator_t *validator)
{
    const bool complete = validator->state == AFTER_VALUE || validator->state >= NUMBER_ZERO;
    return complete && validator->depth == 0 ? ARDOQ_OK : ARDOQ_ERR_JSON_INVALID;
}

ardoq_err_t ardoq_json_validate(const char *text, size_t size)
{
    ardoq_json_validator_t validator;
    ardoq_json_validator_init(&validator);
    const ardoq_err_t err = ardoq_json_validator_feed(&validator, text, size);
    return err ? err : ardoq_json_validator_end(&validator);
}
