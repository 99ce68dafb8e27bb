/* What a person wrote wrong in the file of settings. */
#ifndef ARDOQ_STORE_NAMES_H
#define ARDOQ_STORE_NAMES_H

/* Tells of each name in the file that is no setting, on standard error: the library passes over it,
 * because a later version may know it. */
void note_unknown_names(void);

/* Tells which line a person has to correct, who may have written it too, if the library could not
 * read the file. */
void note_store_fault(void);

#endif
