#!/usr/bin/env python3
"""Runs a command so that it can be interrupted, unlike commands that a shell starts in the background.

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
