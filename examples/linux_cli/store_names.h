/* Mistakes in the settings file. */
#ifndef ARDOQ_STORE_NAMES_H
#define ARDOQ_STORE_NAMES_H

/* Prints each name in the file that is not a setting, on standard error. The library ignores these,
 * because a later version may know them. */
void note_unknown_names(void);

/* If the library could not read the file, prints the line that the user has to correct. */
void note_store_fault(void);

#endif
