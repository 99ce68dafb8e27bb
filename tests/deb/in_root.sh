#!/bin/sh
# Run by roots.sh in a fresh Debian, as root: everything that a package goes through. Stops at the first fault.

set -eux

cd /root
package=$(echo ardoq_*.deb)
library=$(echo libardoq-dev_*.deb)
version=$(dpkg-deb -f "$package" Version)

# A package of a lower version, which is otherwise the same.
rm -rf old
dpkg-deb -R "$package" old
sed -i 's/^Version: .*/Version: 0.0.1-1/' old/DEBIAN/control
dpkg-deb --root-owner-group -b old ardoq-old.deb
apt-get -q update

# ---- Installed ----

# As a person would, with what it recommends.
apt-get -qy install ./ardoq-old.deb
[ "$(dpkg-query -W -f '${Version}' ardoq)" = 0.0.1-1 ]
ardoq --version
[ "$(stat -c %a:%U /etc/ardoq/ardoq.conf)" = 644:root ]

apt-get -qy install --no-install-recommends systemd man-db bash-completion zsh file
[ "$(systemctl is-enabled ardoq || true)" = disabled ]
systemd-analyze verify --man=no ardoq.service
[ -e /usr/share/man/man1/ardoq.1.gz ]
# A root of the smallest variant, as a container, may leave out what dpkg unpacks of the manual.
man ardoq | grep -q 'report this machine to Ardoq'
bash -c '. /usr/share/bash-completion/bash_completion
    _completion_loader ardoq 2>/dev/null || _comp_load ardoq
    complete -p ardoq'
[ "$(zsh -fc 'autoload -U compinit; compinit -D -u; print $_comps[ardoq]')" = _ardoq ]

# ---- Upgraded: settings stay ----

ardoq --store /etc/ardoq/ardoq.conf config set host https://acme.ardoq.com
[ "$(stat -c %a /etc/ardoq/ardoq.conf)" = 644 ]
(umask 077; echo secret >/etc/ardoq/token)
mkdir -p /var/lib/private/ardoq
echo state >/var/lib/private/ardoq/state
ln -s private/ardoq /var/lib/ardoq
systemctl enable ardoq

apt-get -qy install --no-install-recommends "./$package"
[ "$(dpkg-query -W -f '${Version}' ardoq)" = "$version" ]
[ "$(ardoq --store /etc/ardoq/ardoq.conf config get host)" = '"https://acme.ardoq.com"' ]
[ "$(cat /etc/ardoq/token)" = secret ]
[ "$(cat /var/lib/ardoq/state)" = state ]
[ "$(systemctl is-enabled ardoq)" = enabled ]

# ---- The library ----

apt-get -qy install --no-install-recommends "./$library" gcc g++ libc6-dev pkgconf cmake make libcmocka-dev
cat >report.c <<'END'
#include <stdio.h>
#include "ardoq/reporter.h"
static ardoq_reporter_t reporter;
int main(void)
{
    ardoq_err_t err = ardoq_reporter_open(&reporter);
    printf("%s\n", ardoq_err_name(err));
    return 0;
}
END
flags=$(pkg-config --cflags --libs --static ardoq)
# shellcheck disable=SC2086 # one word per flag
cc -Wall -Werror report.c $flags -o report
[ "$(./report)" = TOKEN_MISSING ]
mkdir foreign
echo '#define CONFIG_ARDOQ_BUFFER_SIZE 2048' >foreign/sdkconfig.h
# shellcheck disable=SC2086
if cc -Iforeign report.c $flags -o refused 2>refusal; then
    echo 'a foreign sdkconfig.h was taken'
    exit 1
fi
grep '#error "CONFIG_ARDOQ_BUFFER_SIZE: the installed library ardoq was built with 262144' refusal
cmake -S consumer -B consumer-build
cmake --build consumer-build
ctest --test-dir consumer-build --output-on-failure
[ "$(./consumer-build/show_error)" = TOKEN_MISSING ]
apt-get -qy purge libardoq-dev
[ ! -e /usr/include/ardoq ]

# ---- Removed: settings stay. Purged: nothing stays ----

apt-get -qy remove ardoq
[ ! -e /usr/bin/ardoq ]
[ "$(cat /etc/ardoq/token)" = secret ]
[ -s /etc/ardoq/ardoq.conf ]
[ "$(cat /var/lib/ardoq/state)" = state ]
apt-get -qy purge ardoq
[ -z "$(find /etc /usr /var -path /var/cache -prune -o -iname '*ardoq*' -print)" ]
[ -z "$(dpkg-query -W -f '${db:Status-Abbrev}' ardoq 2>/dev/null | tr -d ' u')" ]
