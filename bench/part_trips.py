"""Round trips, counted between the client and a server on 127.0.0.1, and what they cost on a slow link."""

from context import OURS, Context
from measure import median, ratio
from proxy import Proxy

#: N migrations may take N + EXTRA round trips.
EXTRA, HALF, COUNT, FEW = 8, 0.5, 100, 10
#: In each direction. Enough for counting; and a link to another continent, nearly.
COUNTING_S, SLOW_S = 0.005, 0.025


def run(context: Context) -> None:
    count_trips(context)
    slow_link(context)


def trips(context: Context, name: str, count: int, more: tuple = ()) -> int:
    with Proxy(context.server.port, COUNTING_S) as proxy:
        context.apply(context.tool(name), count, proxy.port, more)
        return proxy.count.round_trips


def count_trips(context: Context) -> None:
    report = context.report
    each, few, many = trips(context, OURS, COUNT), *(trips(context, OURS, n, ("--single-transaction",)) for n in (FEW, COUNT))
    nothing = nothing_trips(context)
    peers = [t.name for t in context.tools if t.peer]
    rows = [
        [OURS, str(COUNT), str(each)],
        [f"{OURS}, nothing to do", "0", str(nothing)],
        [f"{OURS} --single-transaction", str(FEW), str(few)],
        [f"{OURS} --single-transaction", str(COUNT), str(many)],
        *([name, str(COUNT), str(trips(context, name, COUNT))] for name in peers),
    ]
    report.table(
        "Round trips",
        "Counted by a proxy, connecting included: each time the client waits for an answer before it says more.",
        ["tool", "migrations", "round trips"],
        rows,
    )
    report.check(f"round trips for {COUNT} migrations", each, "", COUNT + EXTRA)
    report.check(f"round trips for {COUNT} in a single transaction, as for {FEW}", many, "", few)


def nothing_trips(context: Context) -> int:
    """On the database that the latest run filled."""
    with Proxy(context.server.port, COUNTING_S) as proxy:
        tool = context.tool(OURS)
        context.apply(tool, COUNT)
        context.again(tool, COUNT, "bench", proxy.port)
        return proxy.count.round_trips


def slow_link(context: Context) -> None:
    chosen = [t for t in context.tools if t.peer or t.name == OURS]
    samples: dict[str, list[float]] = {t.name: [] for t in chosen}
    with Proxy(context.server.port, SLOW_S) as proxy:
        for number in range(min(context.runs, 3)):
            for tool in chosen:
                samples[tool.name].append(context.apply(tool, COUNT, proxy.port).wall_s)
            if number == 0:  # later rounds are between ours and the best peer: the others take minutes
                best = min((t for t in chosen if t.peer), key=lambda t: samples[t.name], default=None)
                chosen = [t for t in chosen if t in (best, context.tool(OURS))]
    ours = samples[OURS]
    context.report.table(
        f"Apply {COUNT} migrations over a link with {SLOW_S * 2000:.0f} ms of delay",
        f"{SLOW_S * 1000:.0f} ms in each direction.",
        ["tool", f"wall, × {OURS}", "wall, s", "runs"],
        [
            [name, f"{ratio(s, ours):.2f}", f"{median(s):.2f}", str(len(s))]
            for name, s in sorted(samples.items(), key=lambda item: ratio(item[1], ours))
        ],
    )
    if best:
        what = f"slow link: wall, × best peer ({best.name})"
        context.report.check(what, ratio(ours, samples[best.name]), " ×", HALF)
