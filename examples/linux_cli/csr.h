/* `ardoq csr`: the request for a certificate of this machine's own key. */
#ifndef ARDOQ_CSR_H
#define ARDOQ_CSR_H

/* @return the exit code */
int command_csr(int argc, char **argv);

#endif
