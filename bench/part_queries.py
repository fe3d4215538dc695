"""The bundled project's queries under row security, as those who ask them, at two sizes: how long they take, and whether the
server goes about them in the same way.

The databases are loaded here with `migrate seed --scale`, unless two that are loaded already are named with --databases.
"""

import difflib
import json
import os
import subprocess
from dataclasses import dataclass

import tools
from context import OURS, Context
from measure import Failed

P95_MS = 100
VERTICALS = ("coffee-shop", "yoga-studio")
#: Loading, and all queries; an hour each is more than a large size takes.
LONGEST_S = 6 * 3600


@dataclass
class Size:
    #: How texts call it, and how the heads of columns do.
    name: str
    short: str
    found: dict

    def __post_init__(self) -> None:
        self.queries = {q["id"]: q for q in self.found["queries"]}
        self.mb = self.found["server"]["database_bytes"] / 2**20


def run(context: Context) -> None:
    sizes = [measure_at(context, *size) for size in databases(context)]
    small, large = sizes[0], sizes[-1]
    report, server = context.report, large.found["server"]
    report.table(
        "Queries, as those who ask them",
        f"`migrate bench`: {large.found['runs']} runs of each by {large.found['clients']} clients, milliseconds from the sending of "
        f"the query to its last row. PostgreSQL {server['version']}, shared_buffers {server['shared_buffers']}, work_mem "
        f"{server['work_mem']}, jit {server['jit']}; {machine()}. "
        + " ".join(f"{size.short}: {size.name}, a database of {size.mb:,.0f} MB." for size in sizes),
        ["query", "as", "what", *(f"{p} {size.short}" for size in sizes for p in ("p50", "p95", "p99", "rows")), "plan"],
        [row(id, sizes) for id in large.queries],
    )
    changed = [id for id in large.queries if plan(small, id) != plan(large, id)]
    if changed:
        report.say(f"\n## Plans that differ, from {small.name} to {large.name}\n\nNodes without costs and rows.")
    for id in changed:
        lines = difflib.unified_diff(nodes(small, id), nodes(large, id), n=2, lineterm="")
        report.say("\n".join([f"\n{id}:\n\n```diff", *list(lines)[2:], "```"]))
    warned = [[id, w["message"]] for id, q in large.queries.items() for w in q["warnings"]]
    if warned:
        report.table(f"Warnings, {large.name}", "What is said of the plans.", ["query", "warning"], warned)
    for size in sizes:
        slowest = max(size.queries.values(), key=p95)
        report.check(f"queries, {size.name}: p95 of the slowest ({slowest['id']})", p95(slowest), " ms", P95_MS)
        failed = "".join(f"; {id}: {size.queries[id]['failure']['message']}" for id in size.found["failed"])
        report.check(f"queries, {size.name}: failed{failed}", len(size.found["failed"]), "", 0)
    report.check(f"queries whose plan changes with the size{''.join(f' {id}' for id in changed)}", len(changed), "", 0)


def databases(context: Context):
    """URLs and names, the smaller one first; each is made when its turn comes."""
    options = context.options
    if options.databases:
        for name, url in zip(("first", "second"), options.databases.split(",")):
            yield url, f"the {name} database", name
        return
    for number, scale in enumerate(int(scale) for scale in options.scales.split(",")):
        locations = options.locations.split(",")[number] if options.locations else None
        name = f"{scale} branch-month{'s' if scale > 1 else ''}"
        yield load(context, scale, locations), name, f"@{scale}"


def load(context: Context, scale: int, locations: str | None) -> str:
    database = f"bench_{scale}"
    context.server.fresh(database)
    url = tools.url(context.server.port, database)
    migrate(context, ["up", "--stand-in", "--yes", "--url", url])
    for vertical in VERTICALS:
        more = ["--locations", locations] if locations else []
        migrate(context, ["seed", vertical, "--scale", str(scale), *more, "--yes", "--url", url])
    context.server.sql("vacuum analyze", database)
    context.server.settle()
    return url


def measure_at(context: Context, url: str, name: str, short: str) -> Size:
    runs = ["--runs", str(context.options.query_runs), "--clients", str(context.options.clients)]
    printed = migrate(context, ["bench", "--json", *runs, "--url", url], well=(0, 1, 3))
    return Size(name, short, json.loads(printed))


def migrate(context: Context, arguments: list[str], well: tuple = (0,)) -> str:
    """Runs our program with the project that it carries: what it prints."""
    folder = context.scratch / "queries"
    folder.mkdir(exist_ok=True)
    env = tools.environment(context.scratch / "home", context.server.port, "postgres")
    argv = [str(context.tool(OURS).program), "--quiet", "--dir", str(folder), *arguments]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=LONGEST_S)
    if done.returncode not in well:
        raise Failed(f"exit code {done.returncode} of {' '.join(argv)}\n{done.stderr[-2000:]}")
    return done.stdout


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} processors and {memory:.0f} GiB for server and clients"


def row(id: str, sizes: list[Size]) -> list[str]:
    query = sizes[-1].queries[id]
    same = "the same" if plan(sizes[0], id) == plan(sizes[-1], id) else "**another**"
    return [id, query["as"].split("@")[0], query["title"] or "", *(cell for size in sizes for cell in figures(size, id)), same]


def figures(size: Size, id: str) -> list[str]:
    query = size.queries.get(id) or {}
    if not query.get("latency_ms"):
        return ["failed", "", "", ""]
    return [*(f"{query['latency_ms'][p]:.2f}" for p in ("p50", "p95", "p99")), str(query["rows_max"])]


def plan(size: Size, id: str) -> str | None:
    found = (size.queries.get(id) or {}).get("plan")
    return found and found["fingerprint"]


def nodes(size: Size, id: str) -> list[str]:
    found = (size.queries.get(id) or {}).get("plan")
    return found["nodes"] if found else []


def p95(query: dict) -> float:
    return query["latency_ms"]["p95"] if query["latency_ms"] else 0.0
