"""Processes from outside: how long they take and how much memory they hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Cost", "ask", "run_process"]

SCRIPTS = Path(__file__).resolve().parents[1]
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds on the clock, seconds of processors, MB at its peak (of its largest process)."""

    wall: float
    processor: float
    peak: float


def run_process(command: Sequence[str], allowed: Sequence[int] = (0,)) -> Cost:
    """Run a process to its end and measure it.

    :param allowed: exit codes that are no failure.
    :raises SystemExit: with what the process said, if it fails.
    """
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = code = os.waitstatus_to_exitcode(status)
            unit = 1 if sys.platform == "darwin" else 1024
            processor, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6
        else:  # Windows
            code, processor, peak = process.wait(), float("nan"), float("nan")
        wall = time.perf_counter() - start
        if code not in allowed:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {code}:\n{said.read().decode(errors='replace')}")
    return Cost(wall, processor, peak)


def ask(task: str, folder: Path, *arguments: object) -> dict[str, Any]:
    """Have one measurement done by a process of its own (see `benchmarking.child`)."""
    command = [sys.executable, "-m", "benchmarking.child", task, str(folder), *map(str, arguments)]
    environment = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, cwd=SCRIPTS, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
