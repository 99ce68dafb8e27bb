# Left out for a device that has its root in the image and no console.
# CONFIG_ARDOQ_CLIENT_CERTIFICATE is not set
# CONFIG_ARDOQ_HINTS is not set
# CONFIG_ARDOQ_PINS is not set
# CONFIG_ARDOQ_SESSION_RESUMPTION is not set
# CONFIG_ARDOQ_STORE_PEM is not set
CONFIG_ARDOQ_WINDOW=0
