"""Scenarios of hostile.py in which the server repeats the secret: an addition to hostile_scenarios.SCENARIOS."""

import base64
import hashlib

from hostile_scenarios import add, listing, nth
from hostile_session import CLOSE
from scenarios_logins import capa


def b64(octets):
    return base64.b64encode(octets)


def each(octets, form):
    return b"".join(form % octet for octet in octets)


def forms(user, secret):
    """Returns the forms in which a server may repeat a password; none has a blank in it but the first ones."""
    first, rest = secret[:2], secret[2:]
    return [secret, secret.upper(), b"'" + secret + b"'", first + b"\x1b[1m" + rest, first + b"\x01" + rest,
            secret.replace(b" ", b"\\ "), secret.replace(b" ", b"\\040"), secret.replace(b" ", b"\\u0020"),
            secret.replace(b" ", b"%20"), secret.replace(b" ", b"+"), secret.replace(b" ", b"=20"),
            secret.replace(b" ", b"&#32;"), each(secret, b"%%%02x"), each(secret, b"%%%02X"), each(secret, b"\\x%02x"),
            secret.hex().encode(), secret.hex(":").encode().upper(),
            b64(secret), base64.urlsafe_b64encode(secret).rstrip(b"="), b64(b"x" + secret), b64(b"xy" + secret + b"z"),
            b64(b"\0" + user + b"\0" + secret), b64(b"\0" + user + b"\0" + secret).replace(b"=", b"%3D")]


PASSWORD = b"pass word"
ECHO = b"I got " + b" ".join(forms(b"me", PASSWORD)) + b" from you"
OK, REFUSED = b"+OK " + ECHO + b"\r\n", b"-ERR [AUTH] " + ECHO + b"\r\n"
TROUBLE = b"-ERR [SYS/TEMP] " + ECHO + b"\r\n"

add("echo-greeting", greeting=[OK])
add("echo-greeting-refused", greeting=[TROUBLE, CLOSE])
add("echo-greeting-malformed", greeting=[ECHO + b"\r\n"])
add("echo-login", AUTH=[OK])
add("echo-refused", AUTH=[REFUSED])
add("echo-malformed", AUTH=[ECHO + b"\r\n"])
# The secret begins before the 200th octet and ends after it.
add("echo-cut", AUTH=[b"x" * 195 + PASSWORD + b"\r\n"])
add("echo-challenge", AUTH=[b"+ " + b64(PASSWORD) + b"\r\n"], other=[REFUSED])
add("echo-capa", CAPA=capa(b"SASL PLAIN pass word " + b64(PASSWORD), b"X-ECHO " + ECHO, lacks=(b"SASL PLAIN",)))
add("echo-capa-again", CAPA=nth(2, "CAPA", capa(b"X-ECHO " + ECHO)))
add("echo-last-words", LIST=[TROUBLE, CLOSE])
add("echo-uidl", UIDL=[TROUBLE])
add("echo-uids", UIDL=listing(b"1 x" + b64(PASSWORD), b"2 %70ass%20word", b"3 3"), RETR=[b"-ERR " + ECHO + b"\r\n"])
add("echo-retr", RETR=[b"-ERR " + ECHO + b"\r\n"])
add("echo-dele", DELE=[b"-ERR " + ECHO + b"\r\n"])
add("echo-quit", QUIT=[b"-ERR " + ECHO + b"\r\n", CLOSE])
add("echo-ready", greeting=[b"+OK <123@host> ready\r\n"])

TOKEN = b"tok-5Jy_abc.def"
BLOB = b64(b"user=me\1auth=Bearer " + TOKEN + b"\1\1")
add("echo-token", CAPA=capa(b"SASL XOAUTH2", lacks=(b"SASL PLAIN",)),
    AUTH=[b"+ " + b64(b'{"status":"400","token":"' + TOKEN + b'"}') + b"\r\n"],
    other=[b"-ERR [AUTH] got " + TOKEN + b" in " + BLOB + b" or " + each(TOKEN, b"%%%02x") + b"\r\n"])

STAMP = b"<1896.697170952@host>"
DIGEST = hashlib.md5(STAMP + PASSWORD).hexdigest().encode()
add("echo-apop", greeting=[b"+OK ready " + STAMP + b"\r\n"],
    other=[b"-ERR [AUTH] APOP me " + DIGEST + b" or " + DIGEST.upper() + b" or " + b64(DIGEST) + b"\r\n"])


def proof(s, *_):
    """Repeats the client's last message, as it came and decoded, with a signature of its own."""
    last = (s.directory / "transcript").read_bytes().split(b"\n")[-2]
    text = base64.b64decode(last)
    nonce = text.split(b"r=")[-1].split(b",")[0]
    if b"p=" not in text:
        return [b"+ " + b64(b"r=" + nonce + b"server,s=" + b64(b"salt") + b",i=4096") + b"\r\n"]
    signature = b"v=" + b64(b"s" * 32)
    return [b"-ERR [AUTH] " + last + b" is " + text + b" " + signature + b" " + b64(signature) + b"\r\n"]


def first(s, *words):
    """Answers AUTH SCRAM-SHA-256 with a challenge that fits."""
    nonce = base64.b64decode(words[1]).split(b"r=")[-1]
    return [b"+ " + b64(b"r=" + nonce + b"server,s=" + b64(b"salt") + b",i=4096") + b"\r\n"]


class AnyCommand:
    """The list of answers to a response of SASL, made once the response has arrived."""

    def __init__(self):
        self.session = None

    def __iter__(self):
        return iter(proof(self.session))


ANY = AnyCommand()


def scram(s, *words):
    ANY.session = s
    return first(s, *words)


add("echo-scram", CAPA=capa(b"SASL SCRAM-SHA-256", lacks=(b"SASL PLAIN",)), AUTH=scram, other=ANY)

for name, secret in (("one", b"7"), ("letter", b"a"), ("three", b"k9!"), ("word", b"wrong"), ("digits", b"123456")):
    words = b"what is " + secret + b", " + b64(secret) + b" " + b64(b"\0me\0" + secret)
    add("echo-short-" + name, AUTH=[b"-ERR [AUTH] wrong user name or password, a number and 123456: " + words + b"\r\n"])
