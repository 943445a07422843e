#!/usr/bin/env python3
"""Runs a command on a terminal of its own, and types a line when it asks a question.

Usage: ask_on_tty.py QUESTION LINE COMMAND...

The command's standard input is /dev/null, and its output is this program's. The content of its terminal goes to
./screen. Its exit status becomes this program's. LINE "^C" is the interrupt key.
"""

import fcntl
import os
import pty
import signal
import sys
import termios

question, line, command = sys.argv[1], sys.argv[2], sys.argv[3:]
screen = b""
parent, child = pty.openpty()
before = termios.tcgetattr(child)  # the command may change it quickly
pid = os.fork()
if pid == 0:
    signal.alarm(30)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the shell starts background commands with SIGINT ignored
    os.close(parent)
    os.setsid()
    fcntl.ioctl(child, termios.TIOCSCTTY, 0)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.execvp(command[0], command)
typed = False
signal.alarm(30)
while not typed:
    screen += os.read(parent, 4096)
    if question.encode() in screen:
        os.write(parent, b"\x03" if line == "^C" else line.encode() + b"\n")
        typed = True
_, status = os.waitpid(pid, 0)
after = termios.tcgetattr(child)
os.set_blocking(parent, False)
try:
    screen += os.read(parent, 4096)
except OSError:
    pass
with open("screen", "wb") as file:
    file.write(screen)
if after[3] != before[3]:
    sys.exit("the terminal is not as it was")
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
