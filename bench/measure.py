"""Runs a command and measures it as a whole process: wall clock, processor time, peak memory.

Processor time is user and system time of the command and of all the children it waited for. Peak memory is that of its
largest process. The kernel counts the memory of the process that forks, too, which for us is Python's: so the command
is started by time(1), which is small, wherever memory is asked for.
"""

import os
import signal
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TIME = "/usr/bin/time"


class Failed(Exception):
    """A command ended badly, or did not do what it should have done."""


@dataclass
class Sample:
    wall_s: float
    cpu_s: float
    peak_mib: float | None


def run(
    argv: list[str], env: dict[str, str], folder: Path, memory: bool = False, limit_s: float = 900, well: tuple = (0,)
) -> Sample:
    """Runs a command in a folder. What it prints goes to a file, and into the error when its exit code is not one of `well`."""
    printed, peak = folder / "bench.out", folder / "bench.peak"
    memory = memory and os.access(TIME, os.X_OK)
    prefix = [TIME, "-o", str(peak), "-f", "%M"] if memory else []
    with open(printed, "wb") as out:
        begin = time.perf_counter()
        child = subprocess.Popen(
            prefix + argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
        killer = threading.Timer(limit_s, os.killpg, (child.pid, signal.SIGKILL))
        killer.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except KeyboardInterrupt:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            killer.cancel()
        wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in well:
        tail = printed.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise Failed(f"exit code {child.returncode} of {' '.join(argv)}\n{tail}")
    peak_mib = int(peak.read_text().split()[-1]) / 1024 if memory else None
    return Sample(wall, usage.ru_utime + usage.ru_stime, peak_mib)


def output(argv: list[str], env: dict[str, str], folder: Path) -> str:
    """What a command says on standard output."""
    done = subprocess.run(argv, env=env, cwd=folder, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise Failed(f"exit code {done.returncode} of {' '.join(argv)}\n{done.stderr}")
    return done.stdout


def median(values: list[float]) -> float:
    return statistics.median(values)


def ratio(samples: list[float], to: list[float]) -> float:
    """The median of the ratios of each round, so that a machine whose speed drifts does not matter."""
    return median([a / b for a, b in zip(samples, to)])


def spread(samples: list[float], to: list[float]) -> str:
    ratios = [a / b for a, b in zip(samples, to)]
    return f"{min(ratios):.2f} to {max(ratios):.2f}"
