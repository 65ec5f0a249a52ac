"""Run a command as a process of its own: how long it took, and how much memory at its peak."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from digits.errors import InputError

SCRIPTS = Path(__file__).resolve().parent.parent
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss
# A process inherits the peak memory of the one that started it, so a small one starts it.
LAUNCHER = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
run = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([run.returncode, seconds, peak, run.stdout]))
"""


class Child(NamedTuple):
    """How a process went."""

    seconds: float
    megabytes: float  # at its peak
    told: dict[str, Any]


def script(name: str, *arguments: str) -> Child:
    """Run a script of the project; `{scratch}` in an argument becomes an empty directory."""
    with tempfile.TemporaryDirectory() as scratch:
        given = [argument.format(scratch=scratch) for argument in arguments]
        return process([sys.executable, str(SCRIPTS / name), *given])


def process(command: list[str]) -> Child:
    """Run a command to its end."""
    launch = [sys.executable, "-c", LAUNCHER, *command]
    launcher = subprocess.run(launch, stdout=subprocess.PIPE, check=True)
    status, seconds, peak, output = json.loads(launcher.stdout)
    if status:
        raise InputError(f"{' '.join(command)} ended with status {status}")
    last = output.strip().rpartition("\n")[2]
    told = json.loads(last) if last.startswith("{") else {}
    return Child(seconds, peak * MAXRSS_BYTES / 1e6, told)
