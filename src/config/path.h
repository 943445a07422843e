#ifndef MAILHAUL_CONFIG_PATH_H
#define MAILHAUL_CONFIG_PATH_H

/*
 * Returns the user's home directory: $HOME if it is absolute, else the one in the password database, or NULL. The
 * caller must not free it.
 */
const char *path_home(void);

/* Resolves "~/x", "/x" or "x" in a configuration file in `directory`. The caller frees the result. */
char *path_resolve(const char *path, const char *directory);

/*
 * Returns "/mailhaul" below the directory in `variable`, such as XDG_STATE_HOME, if that is an absolute path.
 * Otherwise it uses `otherwise` below the home directory. The caller frees the result.
 */
char *path_xdg(const char *variable, const char *otherwise);

#endif
