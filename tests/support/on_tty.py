#!/usr/bin/env python3
"""Runs a full-screen program on a terminal of its own, whose content goes to ./screen.

Usage: on_tty.py COMMAND...

The program receives its keys by its own options. After a minute it is ended. Its exit status becomes this program's.
"""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios

os.environ["TERM"] = "vt100"
parent, child = pty.openpty()
fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
pid = os.fork()
if pid == 0:
    os.close(parent)
    os.setsid()
    fcntl.ioctl(child, termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(child, descriptor)
    os.execvp(sys.argv[1], sys.argv[1:])
os.close(child)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
signal.alarm(60)
with open("screen", "wb") as screen:
    while True:
        try:
            piece = os.read(parent, 4096)
        except OSError:  # the last process has closed the terminal
            break
        if not piece:
            break
        screen.write(piece)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
