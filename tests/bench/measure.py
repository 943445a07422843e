"""Runs a contender once, and returns the resources it used."""

import dataclasses
import os
import signal
import subprocess


@dataclasses.dataclass(frozen=True)
class Result:
    """Seconds and bytes; 'peak' is the resident set of the largest process."""
    wall: float
    cpu: float
    peak: int
    status: int


def interleave(commands):
    """Joins several commands into arguments of the program 'measure'."""
    words = []
    for command in commands:
        words += ([";"] if words else []) + [str(word) for word in command]
    return words


def run(prefix, program, job, commands, environment, most_seconds):
    """Runs 'commands' at the same time; their output goes to the job's log. Returns None if it took too long."""
    report = job.directory / "report"
    report.unlink(missing_ok=True)
    with open(job.log, "ab") as log:
        process = subprocess.Popen(
            [*prefix, program, report, *interleave(commands)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=dict(os.environ, **environment), cwd=job.directory, start_new_session=True)
        try:
            process.wait(most_seconds)
        except BaseException as reason:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(reason, subprocess.TimeoutExpired):
                return None
            raise
    if not report.exists():
        raise RuntimeError(f"{commands[0][0]} could not be started: {job.log.read_text(errors='replace')}")
    wall, user, system, peak, status = report.read_text().split()
    return Result(float(wall), float(user) + float(system), int(peak) * 1024, int(status))
