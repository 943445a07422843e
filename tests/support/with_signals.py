#!/usr/bin/env python3
"""Runs a command with the default actions of SIGINT and SIGHUP. A shell starts background commands with SIGINT ignored,
and nohup starts everything with SIGHUP ignored.

Usage: with_signals.py [--group] COMMAND...   --group: as the leader of a group of its own
"""

import os
import signal
import sys

command = sys.argv[1:]
if command[0] == "--group":
    os.setsid()
    command = command[1:]
for number in signal.SIGINT, signal.SIGHUP:
    signal.signal(number, signal.SIG_DFL)
os.execvp(command[0], command)
