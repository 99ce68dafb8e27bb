/* Names of reference types. Only people need them: the store has numbers. */
#ifndef REFERENCE_TYPES_H
#define REFERENCE_TYPES_H

/*
 * Replaces names by numbers in a value of the setting `relations`. Names are in double quotes:
 * "Located at"! WORKSPACE/NAME. Asks Ardoq only if there is a name.
 * relations: on the heap, and replaced there
 * GO_ON, or the exit code; the failure is explained
 */
int number_reference_types(char **relations);

#endif
