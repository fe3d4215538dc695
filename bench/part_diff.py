"""Two databases with thousands of tables and five differences: against one pg_dump of one of them, and against peers."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import measure
import schema
import tools
from context import OURS, Context
from measure import Failed, Sample, median, ratio, spread
from proxy import Proxy

SIZES = (100, 1000, 5000)
RATIO, PEER_RATIO, PEAK_MIB = 0.8, 0.2, 400
#: Time per table at the largest size, against that at the middle one, where fixed costs hardly count any more.
GROWTH = 1.25
FLOOR, DIFF = "pg_dump --schema-only of one side", "migrate diff"
COUNTING_S = 0.05


@dataclass
class Differ:
    name: str
    #: The arguments for the URLs of both sides.
    arguments: Callable[[str, str], list[str]]
    program: str | None
    install: str = ""
    peer: bool = True
    #: What it exits with when the two differ.
    well: tuple = (0,)


def differs(context: Context) -> list[Differ]:
    at = tools.peers_folder()
    return [
        Differ(FLOOR, lambda a, _: ["--schema-only", "-f", "/dev/null", a], str(context.server.bin / "pg_dump"), peer=False),
        Differ(DIFF, lambda a, b: ["diff", "--url", a, "--to", b, "--json"], str(context.tool(OURS).program), peer=False),
        Differ(
            "supabase db diff", lambda a, b: ["db", "diff", "--from", a, "--to", b],
            tools.find("supabase", "node_modules/@supabase/*/bin/supabase"), f"npm install --prefix {at} supabase",
        ),
        Differ(
            "migra", lambda a, b: ["--unsafe", *(url.replace("postgres:", "postgresql:") for url in (a, b))],
            tools.find("migra", "migra/bin/migra"),
            f"python3 -m venv {at}/migra && {at}/migra/bin/pip install migra psycopg2-binary 'setuptools<80' 'sqlalchemy<2.1'",
            well=(2,),
        ),
    ]


def run(context: Context) -> None:
    known = differs(context)
    with_peers = any(t.peer for t in context.tools)
    present = [d for d in known if d.program and (with_peers or not d.peer)]
    missing = "".join(f" Not installed: {d.name} (`{d.install}`)." for d in known if not d.program)
    folder = context.scratch / "diff"
    (folder / "supabase").mkdir(parents=True)
    (folder / "migrate.toml").touch()
    (folder / "supabase/config.toml").write_text('project_id = "bench"\n', encoding="utf-8")
    rows, ours = [], {}
    for count in SIZES:
        make(context, folder, count)
        samples = race(context, present, folder, count)
        trips = count_trips(context, folder)
        rows += table(count, samples, trips)
        ours[count] = (median([s.wall_s for s in samples[DIFF]]), trips)
        judge(context, count, samples)
    context.report.table(
        "Diff of two databases",
        "Tables with 6 columns, a key, an index, a foreign key, a policy, a trigger and a comment each; five differences. Both "
        f"sides are on one server. pg_dump reads one side only. Ratios of wall time: the median of the rounds.{missing}",
        ["tables", "tool", "wall, × pg_dump", "lowest to highest", "wall, s", "own CPU, s", "peak, MiB", "round trips", "runs"],
        rows,
    )
    few, middle, most = (ours[count] for count in SIZES)
    growth = (most[0] / SIZES[2]) / (middle[0] / SIZES[1])
    context.report.check(f"diff: time per table at {SIZES[2]}, × at {SIZES[1]}", growth, " ×", GROWTH)
    context.report.check(f"diff: round trips at {SIZES[2]} tables, as at {SIZES[0]}", most[1], "", few[1])


def make(context: Context, folder: Path, count: int) -> None:
    """Both databases; and our diff must find what differs, nothing else."""
    script = folder / "schema.sql"
    script.write_text(schema.script(count), encoding="utf-8")
    for database in ("diff_a", "diff_b"):
        context.server.fresh(database)
        psql = [str(context.server.bin / "psql"), *tools.psql_arguments("schema.sql")(context.server.port, database, folder)]
        measure.run(psql, environment(context), folder)
    context.server.sql(schema.changes(count), "diff_b")
    for database in ("diff_a", "diff_b"):
        context.server.sql("vacuum analyze", database)
    context.server.settle()
    a, b = urls(context.server.port)
    said = measure.output([str(context.tool(OURS).program), "diff", "--url", a, "--to", b, "--json"], environment(context), folder)
    if (found := len(json.loads(said)["differences"])) != schema.DIFFERENCES:
        raise Failed(f"of {schema.DIFFERENCES} differences {found} were found")


def urls(port: int) -> tuple[str, str]:
    return tools.url(port, "diff_a"), tools.url(port, "diff_b")


def environment(context: Context, port: int | None = None) -> dict[str, str]:
    return tools.environment(context.scratch / "home", port or context.server.port, "diff_a")


def race(context: Context, present: list[Differ], folder: Path, count: int) -> dict[str, list[Sample]]:
    samples: dict[str, list[Sample]] = {}
    a, b = urls(context.server.port)
    for number in range(context.runs):
        turn = number % len(present)
        for differ in present[turn:] + present[:turn]:
            if number and differ.peer:
                continue  # a factor of five is seen in one run
            argv = [str(differ.program), *differ.arguments(a, b)]
            sample = measure.run(argv, environment(context), folder, memory=True, well=differ.well)
            samples.setdefault(differ.name, []).append(sample)
    return samples


def count_trips(context: Context, folder: Path) -> int:
    with Proxy(context.server.port, COUNTING_S) as proxy:
        a, b = urls(proxy.port)
        argv = [str(context.tool(OURS).program), "diff", "--url", a, "--to", b]
        measure.run(argv, environment(context, proxy.port), folder)
        return proxy.count.round_trips


def table(count: int, samples: dict[str, list[Sample]], trips: int) -> list[list[str]]:
    floor, rows = [s.wall_s for s in samples[FLOOR]], []
    for name, all in sorted(samples.items(), key=lambda item: ratio([s.wall_s for s in item[1]], floor)):
        wall = [s.wall_s for s in all]
        peaks = [s.peak_mib for s in all if s.peak_mib is not None]
        rows.append([
            str(count), name, f"{ratio(wall, floor):.2f}", spread(wall, floor), f"{median(wall):.3f}",
            f"{median([s.cpu_s for s in all]):.2f}", f"{max(peaks):.0f}" if peaks else "no time(1)",
            str(trips) if name == DIFF else "", str(len(all)),
        ])
    return rows


def judge(context: Context, count: int, samples: dict[str, list[Sample]]) -> None:
    report = context.report
    walls = {name: [s.wall_s for s in all] for name, all in samples.items()}
    report.check(f"diff of {count} tables: wall, × pg_dump", ratio(walls[DIFF], walls[FLOOR]), " ×", RATIO)
    for name in walls.keys() - {DIFF, FLOOR}:
        report.check(f"diff of {count} tables: wall, × {name}", ratio(walls[DIFF], walls[name]), " ×", PEER_RATIO)
    peaks = [s.peak_mib for s in samples[DIFF] if s.peak_mib is not None]
    if peaks:
        report.check(f"diff of {count} tables: peak memory", max(peaks), " MiB", PEAK_MIB)
