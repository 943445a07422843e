"""Scenarios of hostile.py before, at and after the login: an addition to hostile_scenarios.SCENARIOS."""

from hostile_scenarios import add, letters, nth
from hostile_session import CLOSE, CUT, RESET, STALL, Hangup

CAPABILITIES = [b"TOP", b"USER", b"UIDL", b"SASL PLAIN", b"PIPELINING"]


def capa(*more, lacks=()):
    """Returns an honest answer to CAPA with additional capabilities."""
    return [b"+OK\r\n" + b"".join(line + b"\r\n" for line in CAPABILITIES + list(more) if line not in lacks) + b".\r\n"]


# --- STLS ------------------------------------------------------------------------------------------------------

def by_command(capa_answer, stls_answer, greeting=b"+OK ready\r\n"):
    """Acts before TLS: sends the greeting, and an answer to each of these commands. None hangs up, as does any other
    command.
    """
    def action(wire):
        wire.socket.sendall(greeting)
        while True:
            line = b""
            while not line.endswith(b"\n"):
                octet = wire.socket.recv(1)
                if not octet:
                    raise Hangup
                line += octet
            answer = {b"CAPA": capa_answer, b"STLS": stls_answer}.get(line.strip())
            if answer is None:
                raise Hangup
            wire.socket.sendall(answer)
            if line.strip() == b"STLS" and answer.startswith(b"+OK"):
                return
    return action


UNKNOWN = b"-ERR unknown command\r\n"
add("stls-unannounced", accept=[by_command(b"+OK\r\nUSER\r\n.\r\n", b"+OK go\r\n")], greeting=[])
add("stls-capa-refused", accept=[by_command(UNKNOWN, b"+OK go\r\n")], greeting=[])
add("stls-capa-hangs-up", accept=[by_command(None, b"+OK go\r\n")], greeting=[])
add("stls-promises", accept=[by_command(b"+OK\r\nEXPIRE 0\r\nLOGIN-DELAY 900\r\nSASL SCRAM-SHA-256\r\n.\r\n", b"+OK go\r\n")],
    greeting=[])
add("stls-apop", accept=[by_command(b"+OK\r\nUSER\r\n.\r\n", b"+OK go\r\n", b"+OK ready <1@host>\r\n")], greeting=[],
    other=[b"+OK logged in\r\n"])
add("stls-unknown", accept=[by_command(UNKNOWN, UNKNOWN)], greeting=[])
add("stls-early", accept=[by_command(UNKNOWN, b"+OK go\r\n+OK\r\n+OK\r\n")], greeting=[])
add("stls-no-tls", accept=[by_command(UNKNOWN, b"+OK go\r\n"), CUT])
add("stls-cut", accept=[by_command(UNKNOWN, None)])

# --- Hanging up at CAPA ----------------------------------------------------------------------------------------

for name, way in (("close", CLOSE), ("cut", CUT), ("reset", RESET)):
    add("capa-hangs-up-" + name, CAPA=[way])
    add(f"capa-hangs-up-after-login-{name}", CAPA=nth(2, "CAPA", [way]))
    add(f"capa-hangs-up-after-login-plain-{name}", CAPA=nth(2, "CAPA", [way]), lacks=("PIPELINING",))
add("capa-and-list-hang-up", CAPA=[CLOSE], LIST=[CLOSE])
add("capa-cut-inside", CAPA=[b"+OK\r\nUSER\r\n", CUT])

# --- Other ways to fail at CAPA ----------------------------------------------------------------------------------

for name, answer in {"stalls": [STALL], "without-list": [b"+OK\r\n"], "500": [b"500 unknown\r\n"], "no-pop3": [b"what?\r\n"],
                     "refused-closes": [UNKNOWN, CLOSE], "refused-cut": [UNKNOWN, CUT], "refused-resets": [UNKNOWN, RESET],
                     "500-closes": [b"500 unknown\r\n", CLOSE]}.items():
    add("capa-" + name, CAPA=answer)
    add("capa-again-" + name, CAPA=nth(2, "CAPA", answer))
    add(f"capa-again-{name}-plain", CAPA=nth(2, "CAPA", answer), lacks=("PIPELINING",))
for name, answer in {"stalls": b"", "without-list": b"+OK\r\n", "500": b"500 unknown\r\n"}.items():
    add("stls-capa-" + name, accept=[by_command(answer, b"+OK go\r\n")], greeting=[])
for code in 421, 450, 554:
    add("greeting-%d" % code, greeting=[b"%d too many connections\r\n" % code, CLOSE])
add("capa-and-list-stall", CAPA=[STALL], LIST=[STALL])
add("capa-coded-closes", CAPA=[b"-ERR [SYS/TEMP] not now\r\n", CLOSE])
add("capa-again-locked", CAPA=nth(2, "CAPA", [b"-ERR maildrop already locked\r\n", CLOSE]))

# --- Ways to answer AUTH ---------------------------------------------------------------------------------------

add("auth-asks-again", AUTH=[b"+ \r\n"], other=[b"+OK logged in\r\n"])
add("auth-asks-again-bare", AUTH=[b"+\r\n"], other=[b"+OK logged in\r\n"])
add("auth-asks-again-refused", AUTH=[b"+ \r\n"], other=[b"-ERR wrong\r\n"])

add("auth-go-ahead", AUTH=[b"+ Go ahead\r\n"], other=[b"+OK logged in\r\n"])
add("auth-go-ahead-64", AUTH=[b"+ Z28gYWhlYWQ=\r\n"], other=[b"+OK logged in\r\n"])
add("auth-go-ahead-refused", AUTH=[b"+ Go ahead\r\n"], other=[b"-ERR wrong\r\n"])
for name, words in {
        "command": b"unknown command",
        "mechanism": b"unsupported authentication mechanism",
        "syntax": b"Syntax error in parameters or arguments",
        "type": b"Unrecognized authentication type",
        "nginx": b"mechanism not supported",
        "state": b"Invalid command in current state.",
        "coded": b"[AUTH] unknown command",
}.items():
    add("auth-unknown-" + name, AUTH=[b"-ERR " + words + b"\r\n"])
add("auth-unknown-wrong", AUTH=[UNKNOWN], PASS=[b"-ERR wrong\r\n"])
add("auth-unknown-close", AUTH=[UNKNOWN, CLOSE])
add("auth-unknown-scram", CAPA=capa(b"SASL PLAIN SCRAM-SHA-256", lacks=(b"SASL PLAIN",)), AUTH=[UNKNOWN])
add("auth-unknown-user", AUTH=[UNKNOWN], USER=[UNKNOWN])

# --- Words of refused logins -----------------------------------------------------------------------------------

for name, words in {
        "locked": b"maildrop already locked",
        "limit": b"Exceeded the login limit for a 15 minute period. Reduce the frequency of requests to the POP3 server.",
        "internal": b"internal server error",
        "lock-file": b"can't lock mailbox file",
        "chdir": b"chdir Maildir failed",
        "wrong": b"Logon failure: unknown user name or bad password.",
        "account": b"Your account has been temporarily locked, try again later",
        "gmail": b"[ALERT] Too many simultaneous connections. (Failure)",
        "access": b"Unable to access maildrop",
        "unavailable": b"mailbox not available",
        "open": b"mailbox could not be opened",
        "quota": b"Disk quota exceeded",
        "full": b"file system full",
        "slow": b"Please slow down",
        "logins": b"You have reached the maximum number of POP3 logins",
        "migrated": b"Account is being migrated",
        "lookup": b"User lookup failed: LDAP",
        "sessions": b"account temporarily locked due to too many sessions",
        "server-error": b"server error: authentication failed",
        "level": b"[SYS/TEMP/DB] database",
        "level-in-use": b"[IN-USE/LOCK] busy mailbox",
        "code": b"[AUTH] no",
        "none": b"no",
}.items():
    add("refused-" + name, AUTH=[b"-ERR " + words + b"\r\n"])
    add("coded-" + name, CAPA=capa(b"AUTH-RESP-CODE"), AUTH=[b"-ERR " + words + b"\r\n"])
    # The same at PASS, with no SASL, as on most servers.
    add("pass-" + name, CAPA=capa(lacks=(b"SASL PLAIN",)), PASS=[b"-ERR " + words + b"\r\n"])
add("greeting-busy", greeting=[b"-ERR Server busy, try again later\r\n", CLOSE])
add("pass-silent", CAPA=capa(lacks=(b"SASL PLAIN",)), PASS=[STALL])
add("auth-silent", AUTH=[STALL])
add("uidl-silent", UIDL=[STALL], lacks=("PIPELINING",))

# --- Reasons given after the login --------------------------------------------------------------------------------

LAST = b"-ERR [SYS/TEMP] Mailbox cannot be opened\r\n"
WORDS = b"-ERR not in this way\r\n"
for plain, lacks in (("", ()), ("-plain", ("PIPELINING",))):
    add("last-words-capa" + plain, CAPA=nth(2, "CAPA", [LAST, CLOSE]), lacks=lacks)
    # A server with a problem reports it in its first answer, whatever the command is.
    add("last-words-capa-uncoded" + plain, CAPA=nth(2, "CAPA", [WORDS, CUT]), UIDL=[WORDS, CUT], LIST=[WORDS, CUT], lacks=lacks)
    add("last-words-list" + plain, LIST=[b"-ERR not today\r\n", CLOSE], lacks=lacks)
add("last-words-no-capa", CAPA=[b"-ERR unknown command\r\n"], LIST=[b"-ERR not today\r\n", CLOSE])

# --- UTF8 ------------------------------------------------------------------------------------------------------


def lose_the_rest(wire):
    """Discards the commands that arrived with this one."""
    wire.lines_waiting()
    wire.received = b""


add("utf8-refused", CAPA=capa(b"UTF8"))
add("utf8-taken", CAPA=capa(b"UTF8 USER"), other=[b"+OK\r\n"])
add("utf8-plain", CAPA=capa(b"UTF8", lacks=(b"PIPELINING",)), other=[b"+OK\r\n"], lacks=("PIPELINING",))
add("utf8-loses-the-rest", CAPA=capa(b"UTF8"), other=[lose_the_rest, b"+OK\r\n"], mail=letters(3))
for name, answer in {"hangs-up": [CUT], "closes": [CLOSE], "stalls": [STALL], "refused-closes": [UNKNOWN, CLOSE],
                     "refused-cut": [UNKNOWN, CUT], "500": [b"500 what\r\n"], "500-closes": [b"500 what\r\n", CLOSE]}.items():
    add("utf8-" + name, CAPA=capa(b"UTF8"), other=answer)
    add(f"utf8-{name}-plain", CAPA=capa(b"UTF8", lacks=(b"PIPELINING",)), other=answer, lacks=("PIPELINING",))


def weaker(s):
    """Offers SCRAM-SHA-1 to the first connection, and PLAIN to later ones."""
    first = (s.directory / "transcript").read_bytes().count(b"\n* ") == 0
    return capa(b"UTF8", b"SASL SCRAM-SHA-1", lacks=(b"SASL PLAIN",)) if first else capa(b"UTF8")


add("utf8-stalls-weaker", CAPA=weaker, other=[STALL], AUTH=[b"-ERR not by this\r\n"])
