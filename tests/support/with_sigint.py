#!/usr/bin/env python3
"""Runs a command that can be interrupted, which those that a shell puts into the background cannot.

Usage: with_sigint.py [--group] COMMAND...   --group: as the leader of a group of its own
"""

import os
import signal
import sys

command = sys.argv[1:]
if command[0] == "--group":
    os.setsid()
    command = command[1:]
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(command[0], command)
