/*
 * pop3-server: a small POP3 server for tests and for the demo. It serves the files of a directory over TLS and can
 * misbehave on request. Use it only on the loopback network: it has one user, one password and no limits.
 */
#define _POSIX_C_SOURCE 200809L
#include "certificate.h"
#include "pop3_session.h"
#include "sample_mail.h"
#include "whole_file.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { CHILDREN_MAX = 256 };

struct server {
	struct pop3_options session;
	const char *cert_dir, *cert, *ocsp, *client_ca;
	const char *address, *port, *port_file;
	const char *transcript;
	const char *make_samples, *make_certs;
	uint64_t max_connections; /* 0: unlimited */
	int listener;
	pid_t children[CHILDREN_MAX];
	size_t running;
};

static struct server server = {
    .session = {.user = "demo", .password = "demo", .drop_at = UINT64_MAX, .transcript = -1},
    .address = "127.0.0.1",
    .port = "0",
    .listener = -1,
};

static volatile sig_atomic_t stop;

/* ---- options ---- */

enum option_kind {
	FLAG,
	TEXT,
	NUMBER,
	HELP,
};

struct option_spec {
	const char *name;
	enum option_kind kind;
	void *target; /* bool, const char * or uint64_t */
	const char *help;
};

static const struct option_spec specs[] = {
    {"dir", TEXT, &server.session.dir, "the directory to serve, one file for each message"},
    {"cert-dir", TEXT, &server.cert_dir, "the directory of the certificates, made if missing"},
    {"cert", TEXT, &server.cert, "PEM file to serve (server.pem); without a slash: in cert-dir"},
    {"ocsp", TEXT, &server.ocsp, "file with an OCSP answer to staple to it, right or wrong"},
    {"client-ca", TEXT, &server.client_ca, "asks for a certificate issued by those in this PEM file"},
    {"rehandshake", FLAG, &server.session.rehandshake, "asks to renegotiate after the greeting"},
    {"early-greeting", FLAG, &server.session.early_greeting, "greets along with its end of the TLS 1.3 handshake"},
    {"address", TEXT, &server.address, "address to listen on (127.0.0.1)"},
    {"port", TEXT, &server.port, "port to listen on (0: a free one)"},
    {"port-file", TEXT, &server.port_file, "the file that gets the port once the server listens"},
    {"user", TEXT, &server.session.user, "the user (demo)"},
    {"password", TEXT, &server.session.password, "the password (demo)"},
    {"transcript", TEXT, &server.transcript, "appends commands and first reply lines"},
    {"starttls", FLAG, &server.session.starttls, "a plain port with STLS, not implicit TLS"},
    {"no-stls", FLAG, &server.session.no_stls, "with --starttls: STLS is not offered"},
    {"stls-refuse", FLAG, &server.session.stls_refuse, "STLS is offered and refused"},
    {"stls-inject", FLAG, &server.session.stls_inject, "a second reply after STLS's +OK"},
    {"no-capa", FLAG, &server.session.no_capa, "CAPA is unknown"},
    {"no-pipelining", FLAG, &server.session.no_pipelining,
	"PIPELINING is not offered; a client that does it is cut off"},
    {"no-uidl", FLAG, &server.session.no_uidl, "UIDL is unknown"},
    {"no-top", FLAG, &server.session.no_top, "TOP is unknown"},
    {"no-auth-resp-code", FLAG, &server.session.no_auth_resp_code, "AUTH-RESP-CODE is not announced"},
    {"priority", TEXT, &server.session.priority, "TLS versions and ciphers as GnuTLS writes them"},
    {"no-sasl", FLAG, &server.session.no_sasl, "AUTH is unknown"},
    {"sasl-before-tls", TEXT, &server.session.sasl_before_tls,
	"announces these mechanisms in the clear, as an attacker may"},
    {"scram", TEXT, &server.session.scram, "also offers this mechanism, such as SCRAM-SHA-256-PLUS"},
    {"announce", TEXT, &server.session.announce, "one more line of CAPA before the login"},
    {"announce-after", TEXT, &server.session.announce_after, "one more line of CAPA after the login"},
    {"in-use", FLAG, &server.session.in_use, "each login gets [IN-USE]"},
    {"refuse-from", TEXT, &server.session.refuse_from, "refuses each login with the text of this file while it exists"},
    {"slice", NUMBER, &server.session.slice, "lists only N messages, and after QUIT the following ones"},
    {"pause", NUMBER, &server.session.pause, "milliseconds before each answer to RETR"},
    {"hold", TEXT, &server.session.hold,
	"a step waits while a file of its name is in this directory: CONNECT, GREETING, a command, BODY"},
    {"hold-at", NUMBER, &server.session.hold_at, "BODY comes after this many octets of RETR bodies"},
    {"drop-at", NUMBER, &server.session.drop_at, "cuts after this many octets of RETR bodies"},
    {"drop-quit", FLAG, &server.session.drop_quit, "cuts at QUIT and deletes nothing"},
    {"err-top", NUMBER, &server.session.err_top, "-ERR to TOP of this message"},
    {"drop-top", NUMBER, &server.session.drop_top, "cuts at TOP of this message"},
    {"double-top", NUMBER, &server.session.double_top, "two answers to TOP of this message"},
    {"err-retr", NUMBER, &server.session.err_retr, "-ERR to RETR of this message"},
    {"max-connections", NUMBER, &server.max_connections, "exits after this many"},
    {"make-samples", TEXT, &server.make_samples, "writes sample mail there, and exits"},
    {"make-certs", TEXT, &server.make_certs, "writes certificates there, and exits"},
    {"help", HELP, NULL, "prints this"},
};

enum { SPEC_COUNT = sizeof(specs) / sizeof(specs[0]) };

static _Noreturn void help(void)
{
	static const char *const argument[] = {[FLAG] = "", [TEXT] = " TEXT", [NUMBER] = " N", [HELP] = ""};
	(void)printf("usage: pop3-server --dir DIR --cert-dir DIR [OPTION...]\n");
	for (size_t i = 0; i < SPEC_COUNT; i++) {
		int len = printf("  --%s%s", specs[i].name, argument[specs[i].kind]);
		(void)printf("%*s %s\n", len < 26 ? 26 - len : 0, "", specs[i].help);
	}
	exit(fflush(stdout) == 0 ? EX_OK : EX_IOERR);
}

static uint64_t parse_number(const char *name, const char *text)
{
	char *end;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno != 0)
		errx(EX_USAGE, "--%s takes a number, not \"%s\"", name, text);
	return n;
}

static void apply(const struct option_spec *spec, const char *value)
{
	if (spec->kind == HELP)
		help();
	else if (spec->kind == FLAG)
		*(bool *)spec->target = true;
	else if (spec->kind == TEXT)
		*(const char **)spec->target = value;
	else
		*(uint64_t *)spec->target = parse_number(spec->name, value);
}

static void parse_options(int argc, char **argv)
{
	struct option options[SPEC_COUNT + 1];
	int which, c;

	memset(options, 0, sizeof(options));
	for (size_t i = 0; i < SPEC_COUNT; i++) {
		options[i].name = specs[i].name;
		options[i].has_arg = specs[i].kind == TEXT || specs[i].kind == NUMBER ? required_argument : no_argument;
	}
	while ((c = getopt_long(argc, argv, "", options, &which)) != -1) {
		if (c != 0)
			exit(EX_USAGE); /* getopt_long has printed the reason */
		apply(&specs[which], optarg);
	}
	if (optind < argc)
		errx(EX_USAGE, "unexpected argument \"%s\"", argv[optind]);
	if (server.make_samples || server.make_certs)
		return;
	if (!server.session.dir || !server.cert_dir)
		errx(EX_USAGE, "--dir and --cert-dir are needed; see --help");
	if (parse_number("port", server.port) > 65535)
		errx(EX_USAGE, "--port takes 0 to 65535, not \"%s\"", server.port);
}

/* ---- the listener ---- */

static void load_certificate(void)
{
	const char *name = server.cert ? server.cert : "server.pem";
	char path[PATH_MAX];
	int n = strchr(name, '/') ? snprintf(path, sizeof(path), "%s", name)
				  : snprintf(path, sizeof(path), "%s/%s", server.cert_dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		errx(EX_USAGE, "%s: the path is too long", name);
	if (!certificate_ensure_set(server.cert_dir))
		exit(EX_CANTCREAT);
	int rc = gnutls_certificate_allocate_credentials(&server.session.credentials);
	if (rc >= 0)
		rc = gnutls_certificate_set_x509_key_file(server.session.credentials, path, path, GNUTLS_X509_FMT_PEM);
	if (rc >= 0 && server.ocsp) {
		gnutls_certificate_set_flags(server.session.credentials, GNUTLS_CERTIFICATE_SKIP_OCSP_RESPONSE_CHECK);
		rc = gnutls_certificate_set_ocsp_status_request_file(server.session.credentials, server.ocsp, 0);
	}
	if (rc >= 0 && server.client_ca) {
		rc = gnutls_certificate_set_x509_trust_file(server.session.credentials, server.client_ca,
		    GNUTLS_X509_FMT_PEM);
		server.session.ask_client = true;
	}
	if (rc < 0)
		errx(EX_NOINPUT, "%s: no certificate and key to serve: %s", path, gnutls_strerror(rc));
}

static void open_listener(void)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	    .ai_socktype = SOCK_STREAM};
	struct addrinfo *ai;
	int on = 1;
	int rc = getaddrinfo(server.address, server.port, &hints, &ai);
	if (rc != 0)
		errx(EX_USAGE, "--address %s: %s", server.address, gai_strerror(rc));
	int fd = socket(ai->ai_family, ai->ai_socktype, ai->ai_protocol);
	if (fd < 0 || fd >= FD_SETSIZE)
		err(EX_OSERR, "socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, 128) != 0)
		err(EX_UNAVAILABLE, "%s port %s", server.address, server.port);
	freeaddrinfo(ai);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		err(EX_OSERR, "fcntl");
	server.listener = fd;
}

static void tell_port(void)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char port[32];
	if (!server.port_file)
		return;
	if (getsockname(server.listener, (struct sockaddr *)&address, &len) != 0)
		err(EX_OSERR, "getsockname");
	int rc = getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof(port) - 1, NI_NUMERICSERV);
	if (rc != 0)
		errx(EX_OSERR, "getnameinfo: %s", gai_strerror(rc));
	size_t digits = strlen(port);
	port[digits] = '\n';
	if (!whole_file_write(server.port_file, port, digits + 1, 0644))
		exit(EX_CANTCREAT);
}

static void open_transcript(void)
{
	if (!server.transcript)
		return;
	server.session.transcript = open(server.transcript, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (server.session.transcript < 0)
		err(EX_CANTCREAT, "%s", server.transcript);
}

/* ---- connections, one process each ---- */

static void on_signal(int signal)
{
	if (signal != SIGCHLD)
		stop = 1;
}

/* Blocks our signals except inside pselect, which uses the previous mask, *INSIDE. */
static void catch_signals(sigset_t *inside)
{
	static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t ours;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&ours);
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		(void)sigaction(caught[i], &action, NULL);
		(void)sigaddset(&ours, caught[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &ours, inside);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		(void)sigdelset(inside, caught[i]);
}

static void reap(int flags)
{
	pid_t pid;
	while (server.running > 0 && (pid = waitpid(-1, NULL, flags)) > 0)
		for (size_t i = 0; i < server.running; i++)
			if (server.children[i] == pid) {
				server.children[i] = server.children[--server.running];
				break;
			}
}

static _Noreturn void serve_in_child(int fd, const sigset_t *mask)
{
	(void)close(server.listener);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	pop3_session_run(&server.session, fd);
	_exit(EX_OK);
}

/* Accepts one connection, if there is one. Returns whether there was. */
static bool take_connection(const sigset_t *mask)
{
	int fd = accept(server.listener, NULL, NULL);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == EBADF || errno == EINVAL)
			err(EX_OSERR, "accept");
		return false; /* the client left before it was accepted */
	}
	pid_t pid = fork();
	if (pid == 0)
		serve_in_child(fd, mask);
	if (pid < 0)
		warn("fork");
	else
		server.children[server.running++] = pid;
	(void)close(fd);
	return true;
}

static void serve(const sigset_t *inside)
{
	uint64_t served = 0;
	while (!stop && (server.max_connections == 0 || served < server.max_connections)) {
		fd_set readable;
		FD_ZERO(&readable);
		if (server.running < CHILDREN_MAX)
			FD_SET(server.listener, &readable);
		int n = pselect(server.listener + 1, &readable, NULL, NULL, NULL, inside);
		if (n < 0 && errno != EINTR)
			err(EX_OSERR, "pselect");
		reap(WNOHANG);
		if (n > 0 && take_connection(inside))
			served++;
	}
	(void)close(server.listener);
	while (!stop && server.running > 0) {
		(void)pselect(0, NULL, NULL, NULL, NULL, inside);
		reap(WNOHANG);
	}
	for (size_t i = 0; i < server.running; i++)
		(void)kill(server.children[i], SIGTERM);
	reap(0);
}

int main(int argc, char **argv)
{
	sigset_t inside;

	parse_options(argc, argv);
	if (server.make_samples || server.make_certs) {
		bool ok = !server.make_samples || sample_mail_write(server.make_samples);
		if (ok && server.make_certs)
			ok = certificate_make_set(server.make_certs);
		return ok ? EX_OK : EX_CANTCREAT;
	}
	if (server.port_file && unlink(server.port_file) != 0 && errno != ENOENT)
		err(EX_CANTCREAT, "%s", server.port_file);
	if (access(server.session.dir, R_OK | W_OK | X_OK) != 0)
		err(EX_NOINPUT, "%s", server.session.dir);
	load_certificate();
	open_transcript();
	catch_signals(&inside);
	open_listener();
	tell_port();
	serve(&inside);
	if (server.port_file)
		(void)unlink(server.port_file);
	gnutls_certificate_free_credentials(server.session.credentials);
	if (server.session.transcript >= 0)
		(void)close(server.session.transcript);
	return EX_OK;
}
