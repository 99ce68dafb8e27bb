/* The man page. */
#ifndef MAN_PAGE_H
#define MAN_PAGE_H

/* Writes it to standard output. */
void write_man_page(void);

#endif
