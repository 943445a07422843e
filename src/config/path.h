#ifndef MAILHAUL_CONFIG_PATH_H
#define MAILHAUL_CONFIG_PATH_H

/* The user's home: $HOME, else what the system says. NULL if neither does. It is nobody's to free. */
const char *path_home(void);

/* The path that a configuration in directory means by "~/x", "/x" or "x". The caller frees it. */
char *path_resolve(const char *path, const char *directory);

/* $XDG_..., if it is an absolute path, else HOME/otherwise; with "/mailhaul" behind. The caller frees it. */
char *path_xdg(const char *variable, const char *otherwise);

#endif
