#include "../../../components/json/json_validate.c"

#include "../proof.h"
#include "../validator_invariant.h"

/* Induction: what holds at the beginning ... */
void prove_begin(void)
{
    ardoq_json_validator_t validator;
    ardoq_json_validator_init(&validator);
    PROVE(validator_invariant(&validator));
    PROVE(ardoq_json_validator_end(&validator) == ARDOQ_ERR_JSON_INVALID);
    REACHED("end");
}

/* ... and is kept by each byte holds after any number of them. */
void prove_byte(void)
{
    ardoq_json_validator_t validator;
    ASSUME(validator_invariant(&validator));
    const ardoq_json_validator_t before = validator;
    const ardoq_err_t err = ardoq_json_validator_byte(&validator, nondet_char());
    PROVE(validator_invariant(&validator));
    PROVE((err == ARDOQ_PENDING) == (validator.state != FAILED));
    PROVE(err == ARDOQ_PENDING || err == ARDOQ_ERR_JSON_INVALID || err == ARDOQ_ERR_JSON_UTF8 ||
          err == ARDOQ_ERR_JSON_TOO_DEEP);
    PROVE(before.state != FAILED || err == ARDOQ_ERR_JSON_INVALID);
    PROVE(err != ARDOQ_ERR_JSON_TOO_DEEP || before.depth == ARDOQ_JSON_DEPTH_MAX);
    const ardoq_err_t end = ardoq_json_validator_end(&validator);
    PROVE(end == ARDOQ_OK || end == ARDOQ_ERR_JSON_INVALID);
    if (err == ARDOQ_PENDING && end == ARDOQ_OK) {
        REACHED("a text can end here");
    }
    if (err == ARDOQ_ERR_JSON_TOO_DEEP) {
        REACHED("too deep");
    }
}
