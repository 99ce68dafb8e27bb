#include "help.h"

#include "ardoq/settings.h"
#include "variable.h"

void help_identity_fields(FILE *stream)
{
    fputs("Identity fields:\n", stream);
#define ARDOQ_IDENTITY_FIELD(name, what) fprintf(stream, "  %-18s %s\n", #name, what);
#include "ardoq/identity.def"
}

static void help_variable(FILE *stream, const char *name)
{
    fprintf(stream, "  %-18s %s\n", name, variable_of(name).text);
}

static void help_settings(FILE *stream)
{
    fputs("Settings, and the variables that override them:\n", stream);
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) help_variable(stream, name);
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) help_variable(stream, name);
#define ARDOQ_SETTING_IDENTITY(field, size, name)                   help_variable(stream, name);
#define ARDOQ_SETTING_PEM(name, what)                               fprintf(stream, "  %-18s (PEM) %s\n", name, what);
#include "ardoq/settings.def"
}

void help(FILE *stream)
{
    fputs("Usage: ardoq [OPTION]... COMMAND [ARGUMENT]...\n"
          "Reports this device to Ardoq over its REST API.\n"
          "\n"
          "Commands:\n"
          "  check                             try all that a report needs, step by step\n"
          "  me                                ask Ardoq who we are: the connection test\n"
          "  report [--dry-run] [--set FIELD=VALUE]...\n"
          "                                    create or update this device's component\n"
          "  report --from FILE | - [--from-line N] [--dry-run | --expand]\n"
          "                                    the same for many devices: CSV whose first line\n"
          "                                    names identity fields, or a JSON object a line;\n"
          "                                    --expand shows what Ardoq would do, and does not\n"
          "  run [--window SECONDS] [--heartbeat SECONDS] [--set FIELD=VALUE]...\n"
          "                                    report for ever: what changed, and the heartbeat\n"
          "  status [--state DIR]              when it has reported and will, and why; DIR is the\n"
          "                                    state of a service, such as /var/lib/ardoq\n"
          "  workspaces                        list the workspaces, with their ids\n"
          "  context [WORKSPACE]               list component types, custom fields and reference "
          "types\n"
          "  components [-q NAME=VALUE]...     list the components that meet the query\n"
          "  devices [--silent-for TIME [--exit-code]]\n"
          "                                    list the devices and when each reported last;\n"
          "                                    or those that were silent for 36h, 90d or 12w,\n"
          "                                    with exit code 1 if there are some\n"
          "  retire SERIAL --set FIELD=VALUE... | --delete [--yes]\n"
          "                                    give custom fields of one device a value, or\n"
          "                                    delete it; without --yes only say what it is\n"
          "  request [METHOD] PATH [-q NAME=VALUE]... [-d JSON | -d @FILE | -d -] [--all]\n"
          "                                    send any request, without a method a GET, print\n"
          "                                    the JSON that comes back; --all joins all pages\n"
          "  config list                       show every setting (secrets shortened)\n"
          "  config get NAME                   show one\n"
          "  config set NAME VALUE | @FILE | - check a value and store it; - is standard input\n"
          "                                    (in relations also names of reference types,\n"
          "                                    in double quotes; their numbers are stored)\n"
          "  config unset NAME                 remove a stored value\n"
          "  csr [--serial S] [--new-key]      print a request for a certificate (CSR) of this\n"
          "                                    device's key, which is made and stored if there\n"
          "                                    is none; --new-key replaces one that is there\n"
          "  provision --serial S [--set NAME=VALUE | NAME=@FILE | NAME=-]... --csv FILE\n"
          "                                    write a device's settings, those of the variables\n"
          "                                    too, for ESP-IDF's NVS partition generator\n"
          "\n"
          "Options:\n"
          "  --store FILE   the settings store (default: ardoq/store in $XDG_CONFIG_HOME,\n"
          "                 or in ~/.config)\n"
          "  --ca FILE      trust these root certificates (PEM), and no others\n"
          "  -v, --verbose  show what happens on the way, and the whole body of an error;\n"
          "                 never the token\n"
          "  -h, --help     show this\n"
          "  --version      show the version\n"
          "\n"
          "Results are JSON on standard output, of check and status lines, of csr PEM, of\n"
          "devices on a terminal a table; messages go to standard error. SIGHUP lets run read\n"
          "the settings again, SIGUSR1 report at once.\n"
          "\n"
          "Exit codes:\n"
          "  0  success\n"
          "  1  the result could not be written, or another run has the state, or devices\n"
          "     --exit-code has found silent ones, or retire was run without --yes\n"
          "  2  the command line is wrong\n"
          "  3  fix the configuration (token, host, certificates, rights) or the request\n"
          "  4  wait: Ardoq asks for a pause\n"
          "  5  try again later (network, clock, server)\n"
          "  6  report a bug, in this tool or the service\n"
          "\n",
          stream);
    help_settings(stream);
    fputs("\n", stream);
    help_identity_fields(stream);
}
