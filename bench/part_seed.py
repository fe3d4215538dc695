"""The bundled demo data: seeded into a fresh schema, and seeded again."""

import measure
import tools
from context import OURS, Context
from measure import median
from proxy import Proxy

FIRST_S, SECOND_S = 1.0, 0.3
#: In each direction: a link to another continent, nearly.
SLOW_S = 0.025
VERTICALS = ("coffee-shop", "yoga-studio", "all")


def run(context: Context) -> None:
    migrate = str(context.tool(OURS).program)
    folder = context.scratch / "seed"
    folder.mkdir()

    def ours(*arguments: str, port: int = context.server.port) -> measure.Sample:
        env = tools.environment(context.scratch / "home", port, "bench_seed")
        return measure.run([migrate, *arguments, "--quiet", "--dir", str(folder)], env, folder, memory=True)

    def ready() -> None:
        context.server.fresh("bench_seed")
        ours("up", "--stand-in", "--yes")
        context.server.settle()

    def far(vertical: str) -> tuple[float, int]:
        with Proxy(context.server.port, SLOW_S) as proxy:
            return ours("seed", vertical, port=proxy.port).wall_s, proxy.count.round_trips

    rows = []
    for vertical in VERTICALS:
        first, second = [], []
        for _ in range(context.runs):
            ready()
            first.append(ours("seed", vertical))
            second.append(ours("seed", vertical))
            count = context.server.sql("select count(*) from migrate.seed_rows", "bench_seed")
        walls = [median([s.wall_s for s in samples]) for samples in (first, second)]
        peak = max(s.peak_mib or 0 for s in first)
        rows.append([vertical, count, *(f"{1000 * wall:.0f}" for wall in walls), f"{peak:.0f}", str(context.runs)])
    context.report.table(
        "Demo data",
        "`migrate seed`, whole processes over TCP, milliseconds, medians: into the schema that `migrate up` has just made, and once more. "
        "Rows are those that the ledger keeps as the seed's.",
        ["vertical", "rows", "first", "again", "peak, MiB", "runs"], rows,
    )
    ready()
    slow = [[when, str(trips), f"{wall:.1f}"] for when, (wall, trips) in (("first", far("all")), ("again", far("all")))]
    context.report.table(
        f"Demo data over a link with {SLOW_S * 2000:.0f} ms of delay",
        f"Both verticals, {SLOW_S * 1000:.0f} ms in each direction, one run each. Round trips are counted by the proxy, connecting included.",
        ["run", "round trips", "wall, s"], slow,
    )
    context.report.check("both verticals, first", walls[0], " s", FIRST_S)
    context.report.check("both verticals, again", walls[1], " s", SECOND_S)
