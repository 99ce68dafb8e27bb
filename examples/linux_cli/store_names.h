/* Names in the file of settings that a person wrote wrong. */
#ifndef ARDOQ_STORE_NAMES_H
#define ARDOQ_STORE_NAMES_H

/* Tells of each name in the file that is no setting, on standard error: the library passes over it,
 * because a later version may know it. */
void note_unknown_names(void);

#endif
