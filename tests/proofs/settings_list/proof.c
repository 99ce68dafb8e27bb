#include "../../../components/settings/settings_rules.c"

#include "../proof.h"

enum { LIST_LENGTH = 5 };

static unsigned shift;

/* Any field, or none, but the same for the same name: `fields` of settings proves what the real one
 * reads. */
ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size)
{
    PROVE(__CPROVER_r_ok(name, name_size));
    const unsigned first = name_size > 0 ? (unsigned)(name[0] & 0xff) : 0;
    return (ardoq_identity_field_t)((first + shift) % (ARDOQ_IDENTITY_COUNT + 1));
}

static bool is_entry(char c)
{
    return c != ' ' && c != ',';
}

/* As long as the shortest with three entries: "a b c". What is read stays inside the list, and no
 * two entries that name one custom field are accepted. */
void prove_list(void)
{
    shift = nondet_uint8();
    const char *const fields = any_text(LIST_LENGTH);
    if (ardoq_fields_are_valid(fields) && is_entry(fields[0]) && fields[1] == ' ' &&
        is_entry(fields[2]) && fields[3] == ' ' && is_entry(fields[4])) {
        PROVE(fields[0] != fields[2] && fields[0] != fields[4] && fields[2] != fields[4]);
        REACHED("three entries");
    }
}
