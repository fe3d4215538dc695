"""What every part of the bench needs: the server, the tools that are installed, folders, and where results go."""

from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

import measure
import tools
from measure import Failed, Sample
from report import Report
from server import Server
from tools import Tool

FLOOR, ONCE, OURS = "psql, a transaction each", "psql, one transaction", "migrate up"


@dataclass
class Context:
    server: Server
    scratch: Path
    tools: list[Tool]
    count: int
    runs: int
    report: Report
    #: What else was said on the command line, for the parts that know it.
    options: Namespace

    def tool(self, name: str) -> Tool:
        return next(t for t in self.tools if t.name == name)

    def files(self, tool: Tool, count: int) -> Path:
        """The tool's folder with `count` migrations."""
        folder = self.scratch / f"{tool.name.replace(' ', '-')}-{count}"
        if not folder.is_dir():
            folder.mkdir()
            tool.write(folder, count)
        return folder

    def apply(self, tool: Tool, count: int, port: int | None = None, more: tuple = (), memory: bool = False) -> Sample:
        """Applies `count` migrations to a fresh database, and looks whether they are there."""
        self.server.fresh("bench")
        sample = self.again(tool, count, "bench", port, more, memory)
        if (made := self.server.tables("bench")) != count:
            raise Failed(f"{tool.name} said it was done, and made {made} of {count} tables")
        return sample

    def again(
        self, tool: Tool, count: int, database: str, port: int | None = None, more: tuple = (), memory: bool = False
    ) -> Sample:
        """Runs a tool on a database as it is."""
        port, folder = port or self.server.port, self.files(tool, count)
        env = tools.environment(self.scratch / "home", port, database)
        return measure.run([*tool.argv(port, database, folder), *more], env, folder, memory)

    def rounds(self, chosen: list[Tool], runs: int):
        """Pairs of a round and a tool, interleaved: each round begins with another tool. Slow ones have one round."""
        for number in range(runs):
            turn = number % len(chosen)
            for tool in chosen[turn:] + chosen[:turn]:
                if number == 0 or not tool.slow:
                    yield number, tool
