/* Every mistake that the proofs are to find, once: prove.py demands that it is found. */
#include "../proof.h"

unsigned without_body(void);

void prove_mistakes(void)
{
    const unsigned number = without_body();
    const int shift = nondet_int();
    int integer = nondet_int();
    char *const bytes = any_bytes(any_size_up_to(4));
    char *nowhere = NULL;

    REACHED("the mistakes");
    integer += 1;
    const unsigned wrapped = number * 2;
    const char narrow = (char)integer;
    bytes[4] = narrow;
    if (nondet_bool()) {
        *nowhere = (char)(1 << shift);
    }
    PROVE(1000 / integer != (int)wrapped);
    for (size_t i = 0; i < 3; i++) {
        bytes[0]++;
    }
}
