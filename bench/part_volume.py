"""Volume: `migrate seed coffee-shop --scale N` against COPY of the same finished rows, with the same indexes built afterwards.

The floor gets everything ready: the rows as files in COPY's binary form that the server itself reads, in as many parts as ours has
sessions, tables that are empty and have lost the same indexes and keys, the same settings. Only then is it timed: the same number of
sessions copy the files, build indexes, add keys and foreign keys, validate these and vacuum.
"""

import json
import queue
import subprocess
import threading
import time
from pathlib import Path

import measure
import server as servers
import tools
from context import OURS, Context
from measure import Failed

RATIO, PEAK_MIB = 0.7, 200
JOBS, TODAY, MEMORY = 2, "2026-11-26", "256MB"
SQL = Path(__file__).resolve().parent.parent / "src/seed/volume/sql"
SETTINGS = (
    "set session_replication_role = replica; set synchronous_commit = off; set jit = off; set client_min_messages = warning; "
    f"set maintenance_work_mem = '{MEMORY}'; "
)


def run(context: Context) -> None:
    rows = [Volume(context, int(scale)).measure() for scale in context.options.volume_scales.split(",")]
    context.report.table(
        "Volume",
        f"The coffee shop's chain, {JOBS} sessions over TCP, default settings of the server. The floor is COPY of the same rows from "
        "files of the server in the same number of sessions, with the same indexes, keys and validations afterwards.",
        ["branch-months", "rows", "migrate, s", "of it rows, s", "rows/s", "floor, s", "of it rows, s", "rate, × floor", "peak, MiB"],
        [row[:-2] for row in rows],
    )
    for scale, *_, ratio, peak in rows:
        # The report holds a value against the highest that is well.
        context.report.check(f"volume of {scale} branch-months: wall, × floor", 1 / ratio, " ×", round(1 / RATIO, 2))
        context.report.check(f"volume of {scale} branch-months: peak memory", peak, " MiB", PEAK_MIB)


class Volume:
    def __init__(self, context: Context, scale: int):
        self.context, self.scale, self.server = context, scale, context.server
        self.migrate = str(context.tool(OURS).program)
        self.folder = context.scratch / f"volume-{scale}"
        self.folder.mkdir()
        servers.give(self.folder)

    def ours(self, database: str, *arguments: str) -> measure.Sample:
        env = tools.environment(self.context.scratch / "home", self.server.port, database)
        argv = [self.migrate, *arguments, "--dir", str(self.folder)]
        return measure.run(argv, env, self.folder, memory=True, limit_s=6 * 3600)

    def ready(self, database: str) -> None:
        self.server.fresh(database)
        self.ours(database, "up", "--stand-in", "--yes", "--quiet")

    def measure(self) -> list:
        self.ready("volume")
        self.ours("volume", "seed", "coffee-shop", "--today", TODAY, "--quiet")
        self.server.settle()
        sample = self.ours(
            "volume", "seed", "coffee-shop", "--scale", str(self.scale), "--jobs", str(JOBS), "--today", TODAY, "--strip", "true",
            "--json", "--quiet",
        )
        loaded = json.loads((self.folder / "bench.out").read_text(encoding="utf-8"))["volume"][0]
        tables = [table["table"] for table in loaded["tables"]]
        self.check()
        parts = [part for table in tables for part in self.save(table)]
        self.server.sql('drop database "volume" with (force)')
        copied, whole = self.floor(tables, parts)
        for file in self.folder.glob("*.copy"):
            file.unlink()
        self.server.sql('drop database "floor" with (force)')
        ratio = whole / sample.wall_s
        return [
            str(self.scale), f"{loaded['rows']:,}", f"{sample.wall_s:.1f}", f"{loaded['loading_seconds']:.1f}",
            f"{loaded['rows'] / sample.wall_s:,.0f}", f"{whole:.1f}", f"{copied:.1f}", f"{ratio:.2f}", f"{sample.peak_mib or 0:.0f}",
            ratio, sample.peak_mib or 0,
        ]

    def check(self) -> None:
        broken = self.server.sql("select count(*) from private.check_invariants()", "volume")
        if broken != "0":
            raise Failed(f"{broken} rules of the schema are broken after a load of {self.scale} branch-months")

    def save(self, table: str) -> list[str]:
        """The rows of a table as files; the statements that copy them back."""
        columns = self.server.sql(
            "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute "
            f"where attrelid = 'public.{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''", "volume"
        )
        pages = int(self.server.sql(f"select pg_relation_size('public.{table}') / 8192", "volume"))
        statements = []
        for part in range(JOBS):
            file = self.folder / f"{table}-{part}.copy"
            low, high = pages * part // JOBS, pages * (part + 1) // JOBS
            self.sql(
                f"copy (select {columns} from public.{table} where ctid >= '({low},0)' and ctid < '({high},0)') "
                f"to '{file}' with (format binary)", "volume"
            )
            statements.append(f"copy public.{table} ({columns}) from '{file}' with (format binary)")
        return statements

    def floor(self, tables: list[str], parts: list[str]) -> tuple[float, float]:
        """Seconds until the rows are there, and until everything is."""
        self.ready("floor")
        names = "array[" + ", ".join(f"'{table}'" for table in tables) + "]"
        strip = (SQL / "strip.sql").read_text(encoding="utf-8").replace("$1", names).replace("$2", "false").rstrip().rstrip(";")
        told = self.sql(f"set search_path = ''; select coalesce(json_agg(s), '[]') from ({strip}) s", "floor")
        steps = json.loads(told)
        self.sql("set search_path = ''; " + "; ".join(step["take"] for step in steps if step["take"]), "floor")
        self.server.settle()
        making = {phase: [s for s in steps if s["phase"] == phase and s["make"]] for phase in range(1, 6)}
        begin = time.perf_counter()
        self.side_by_side(parts)
        copied = time.perf_counter() - begin
        self.side_by_side([step["make"] for step in making[1]])
        self.side_by_side([f"vacuum (analyze) public.{table}" for table in tables])
        self.sql("; ".join(step["make"] for step in making[2] + making[3]), "floor")
        by_table: dict[str, list[str]] = {}
        for step in making[4]:
            by_table.setdefault(step["relation"], []).append(step["make"])
        self.side_by_side(["; ".join(statements) for statements in by_table.values()])
        return copied, time.perf_counter() - begin

    def side_by_side(self, statements: list[str]) -> None:
        todo: queue.SimpleQueue = queue.SimpleQueue()
        for statement in statements:
            todo.put(statement)
        failures: list[Exception] = []

        def work() -> None:
            while not failures:
                try:
                    self.sql(SETTINGS + todo.get_nowait(), "floor")
                except queue.Empty:
                    return
                except Exception as failure:  # told by the thread that waits
                    failures.append(failure)

        threads = [threading.Thread(target=work) for _ in range(JOBS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def sql(self, script: str, database: str) -> str:
        """As `Server.sql`, without a limit of five minutes, and from a file: a script may be longer than an argument."""
        file = self.context.scratch / f"volume-{threading.get_ident()}.sql"
        file.write_text(script, encoding="utf-8")
        psql = [self.server.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.server.port, "-U", "postgres"]
        argv = [str(a) for a in [*psql, "-d", database, "-f", file]]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=6 * 3600, cwd="/")
        if done.returncode != 0:
            raise Failed(f"{script[:200]}: {done.stderr.strip()}")
        return done.stdout.strip()
