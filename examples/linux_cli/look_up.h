/* The commands that show what Ardoq holds: check, workspaces, context, components. */
#ifndef LOOK_UP_H
#define LOOK_UP_H

/* Each runs its command; argv[0] is its name. Returns the exit status of the tool. */
int command_check(int argc, char **argv);
int command_workspaces(int argc, char **argv);
int command_context(int argc, char **argv);
int command_components(int argc, char **argv);

#endif
