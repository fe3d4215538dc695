"""Nothing to do, with many applied: what everybody pays at each deployment and each test run."""

import os
import shutil

import measure
import tools
from context import OURS, Context
from measure import median, ratio, spread

RATIO, RUNS_PER_ROUND = 1.5, 5
REAL, WRAPPER = "psql -c 'select 1'", "psql -c 'select 1', Debian's wrapper"


def run(context: Context) -> None:
    chosen = [t for t in context.tools if t.peer or t.name == OURS]
    for tool in chosen:
        database = name_of(tool)
        context.server.fresh(database)
        context.again(tool, context.count, database)
    context.server.settle()
    samples: dict[str, list[float]] = {}
    for number in range(context.runs * RUNS_PER_ROUND):
        for psql_name, program in psqls(context):
            samples.setdefault(psql_name, []).append(select_one(context, program))
        for tool in chosen:
            if number == 0 or not tool.slow:
                samples.setdefault(tool.name, []).append(context.again(tool, context.count, name_of(tool)).wall_s)
    for tool in chosen:
        context.server.sql(f'drop database "{name_of(tool)}" with (force)')
    context.report.table(
        f"Nothing to do, {context.count} applied",
        f"Against `{REAL}` of the real binary; Debian's /usr/bin/psql is a Perl script that finds it first.",
        ["tool", "wall, × select 1", "lowest to highest", "wall, ms", "runs"],
        [
            [name, f"{ratio(s, samples[REAL]):.2f}", spread(s, samples[REAL]), f"{median(s) * 1000:.1f}", str(len(s))]
            for name, s in sorted(samples.items(), key=lambda item: ratio(item[1], samples[REAL]))
        ],
    )
    context.report.check("nothing to do: wall, × select 1", ratio(samples[OURS], samples[REAL]), " ×", RATIO)


def name_of(tool: tools.Tool) -> str:
    return f"applied by {tool.name}".replace(" ", "_")


def psqls(context: Context) -> list[tuple[str, str]]:
    found, wrapper = [(REAL, str(context.server.bin / "psql"))], shutil.which("psql")
    if wrapper and "postgresql-common" in os.path.realpath(wrapper):
        found.append((WRAPPER, wrapper))
    return found


def select_one(context: Context, program: str) -> float:
    home, port = context.scratch / "home", context.server.port
    argv = [program, "-Xq", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-c", "select 1", "postgres"]
    return measure.run(argv, tools.environment(home, port, "postgres"), home).wall_s
