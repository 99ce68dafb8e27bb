/* Reference types by their names, which only a person needs: what is stored has numbers. */
#ifndef REFERENCE_TYPES_H
#define REFERENCE_TYPES_H

/*
 * Puts numbers in the places of names in a value of the setting `relations`, where a name stands in
 * double quotes: "Located at"! WORKSPACE/NAME. Asks Ardoq only if there is one.
 * relations: on the heap, and replaced there
 * GO_ON, or the exit code; the failure is explained
 */
int number_reference_types(char **relations);

#endif
