#!/usr/bin/env python3
"""Runs an image that "umoci unpack" has unpacked: its command, or another one, as its user, in a chroot.

Usage: run_bundle.py BUNDLE [ARGUMENT...]

Without arguments: the entry point and the command of the image. Needs root, but neither mounts nor namespaces.
"""

import json
import os
import sys


def main():
    bundle, *arguments = sys.argv[1:]
    with open(os.path.join(bundle, "config.json"), encoding="utf-8") as file:
        process = json.load(file)["process"]
    os.chroot(os.path.join(bundle, "rootfs"))
    os.setgroups([])
    os.setgid(process["user"]["gid"])
    os.setuid(process["user"]["uid"])
    os.chdir(process["cwd"])
    arguments = arguments or process["args"]
    os.execvpe(arguments[0], arguments, dict(entry.split("=", 1) for entry in process["env"]))


main()
