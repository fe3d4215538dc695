"""The tables of ratios: on standard output while the bench runs, and in RESULTS.md at its end."""

from dataclasses import dataclass, field


@dataclass
class Limit:
    what: str
    value: str
    limit: str
    met: bool


@dataclass
class Report:
    lines: list[str] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)

    def say(self, line: str = "") -> None:
        self.lines.append(line)
        print(line, flush=True)

    def table(self, title: str, note: str, head: list[str], rows: list[list[str]]) -> None:
        self.say(f"\n## {title}\n")
        self.say(f"{note}\n")
        for line in markdown(head, rows):
            self.say(line)

    def check(self, what: str, value: float, unit: str, limit: float) -> None:
        """Holds a value against its limit: the highest that is well."""
        digits = 0 if unit == "" else 2
        self.limits.append(Limit(what, f"{value:.{digits}f}{unit}", f"{limit:g}{unit}", value <= limit))

    def verdicts(self) -> list[str]:
        rows = [[l.what, l.value, l.limit, "met" if l.met else "**missed**"] for l in self.limits]
        return markdown(["what", "measured", "at most", ""], rows)

    def all_met(self) -> bool:
        return all(limit.met for limit in self.limits)


def markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table that can be read as it is, too."""
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in cells]
    lines = ["| " + " | ".join(row) + " |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return lines
