#ifndef MAILHAUL_CONFIG_PATH_H
#define MAILHAUL_CONFIG_PATH_H

struct error;

/*
 * Returns the user's home directory: $HOME if it is absolute, else the one in the password database, or NULL. The
 * caller must not free it.
 */
const char *path_home(void);

/*
 * Resolves "~/x", "~user/x", "/x" or "x", a path of `option` in a configuration file in `directory`. The caller frees
 * the result. Returns NULL and sets ERROR_CONFIG if the path cannot be what was meant: a home directory is unknown, a
 * shell would replace a part of the path, or there is a blank at one end.
 */
char *path_resolve(const char *option, const char *path, const char *directory, struct error *err);

/*
 * Returns "/mailhaul" below the directory in `variable`, such as XDG_STATE_HOME, if that is an absolute path.
 * Otherwise it uses `otherwise` below the home directory. The caller frees the result. Returns NULL and sets
 * ERROR_CONFIG if the home directory is unknown.
 */
char *path_xdg(const char *variable, const char *otherwise, struct error *err);

#endif
