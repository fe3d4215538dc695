"""What was measured, on what: a figure without its machine says nothing."""

import datetime
import os
import platform
import subprocess
import tempfile
from argparse import Namespace
from pathlib import Path

from tools import Tool


def describe(options: Namespace, present: list[Tool], missing: list[Tool], bin: Path) -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    where = options.scratch or tempfile.gettempdir()
    lines = [
        "Written by `bench/run`. Ratios hold between figures of one run; seconds are this machine's.",
        "",
        f"- {datetime.date.today()}, {platform.system()} {platform.release()}, {platform.machine()}, "
        f"{os.cpu_count()} processors, {memory:.0f} GiB of memory, {filesystem(where)}; "
        f"load {os.getloadavg()[0]:.1f} at the start",
        f"- {said([str(bin / 'postgres'), '--version'])}, default settings",
    ]
    lines += [f"- {t.name}: {said([str(t.program), *t.version])}" for t in present if not t.name.startswith("psql")]
    lines += [f"- {t.name}: not installed (`{t.install}`)" for t in missing]
    return lines


def said(argv: list[str]) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd="/")
    return (done.stdout or done.stderr).strip().split("\n")[-1]


def filesystem(folder: str) -> str:
    kind = said(["stat", "-f", "-c", "%T", folder])
    return f"{kind}: NOT A DISK, see --scratch" if kind in ("tmpfs", "ramfs") else kind
