"""Many small migrations on a durable local server: how much slower than psql, how much processor time and memory."""

from context import FLOOR, OURS, Context
from measure import Sample, median, ratio, spread

RATIO, CPU_S, PEAK_MIB = 0.95, 0.2, 40


def run(context: Context) -> None:
    samples: dict[str, list[Sample]] = {}
    for _, tool in context.rounds(context.tools, context.runs):
        samples.setdefault(tool.name, []).append(context.apply(tool, context.count, memory=True))
    walls = {name: [s.wall_s for s in all] for name, all in samples.items()}
    floor = walls[FLOOR]
    context.report.table(
        f"Apply {context.count} small migrations",
        "Fresh database, default durability, TCP on 127.0.0.1. The floor is psql running the same files, each in a "
        "transaction with one INSERT. Ratios of wall time: the median of the rounds.",
        ["tool", "wall, × floor", "lowest to highest", "wall, s", "own CPU, s", "peak, MiB", "runs"],
        [row(name, all, floor) for name, all in sorted(samples.items(), key=lambda item: ratio(walls[item[0]], floor))],
    )
    judge(context, samples, walls)


def row(name: str, samples: list[Sample], floor: list[float]) -> list[str]:
    wall = [s.wall_s for s in samples]
    peaks = [s.peak_mib for s in samples if s.peak_mib is not None]
    return [
        name, f"{ratio(wall, floor):.2f}", spread(wall, floor), f"{median(wall):.2f}",
        f"{median([s.cpu_s for s in samples]):.2f}", f"{max(peaks):.1f}" if peaks else "no time(1)", str(len(samples)),
    ]


def judge(context: Context, samples: dict[str, list[Sample]], walls: dict[str, list[float]]) -> None:
    report, ours = context.report, samples[OURS]
    report.check(f"{context.count} migrations: wall, × floor", ratio(walls[OURS], walls[FLOOR]), " ×", RATIO)
    peers = [t.name for t in context.tools if t.peer]
    if peers:
        best = max(peers, key=lambda name: ratio(walls[OURS], walls[name]))
        report.check(f"{context.count} migrations: wall, × best peer ({best})", ratio(walls[OURS], walls[best]), " ×", 1)
    report.check(f"{context.count} migrations: own CPU", median([s.cpu_s for s in ours]), " s", CPU_S)
    peaks = [s.peak_mib for s in ours if s.peak_mib is not None]
    if peaks:
        report.check(f"{context.count} migrations: peak memory", max(peaks), " MiB", PEAK_MIB)
