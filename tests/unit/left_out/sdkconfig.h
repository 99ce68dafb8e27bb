/* The configuration of this build without the parts that can be left out. */
#include_next <sdkconfig.h>

#undef CONFIG_ARDOQ_CERTIFICATE_SUBJECT
#undef CONFIG_ARDOQ_CLIENT_CERTIFICATE
#undef CONFIG_ARDOQ_LAST_SEEN
#undef CONFIG_ARDOQ_MODEL
#undef CONFIG_ARDOQ_OBSOLETE_SETTINGS
#undef CONFIG_ARDOQ_PINS
#undef CONFIG_ARDOQ_SESSION_RESUMPTION
#undef CONFIG_ARDOQ_STORE_PEM
