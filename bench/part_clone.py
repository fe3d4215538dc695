"""Databases on demand: copies of the bundled schema against a bare CREATE DATABASE … TEMPLATE and against its migrations."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import measure
import tools
from context import OURS, Context
from measure import Failed, Sample, median, ratio, spread

RATIO, SHARE = 1.15, 0.1
DATABASES, PARALLEL, REQUESTS = 50, 8, 200
BARE, CLONE = "psql: CREATE DATABASE … TEMPLATE", "migrate db clone"
#: Rows of a table, so that a template has about so many MiB more than an empty database.
SIZES = {"the bundled schema": 0, "100 MiB": 1_500_000, "250 MiB": 3_600_000, "500 MiB": 7_500_000}


def run(context: Context) -> None:
    bench = Clones(context)
    cold(context, bench)
    single(context, bench)
    many(context, bench)
    killed(context, bench)
    strategies(context, bench)
    bench.drop_all()


class Clones:
    def __init__(self, context: Context):
        self.server, self.folder = context.server, context.scratch / "clones"
        self.migrate = str(context.tool(OURS).program)
        self.env = tools.environment(context.scratch / "home", self.server.port, "postgres")
        self.folder.mkdir()

    def argv(self, *arguments: str) -> list[str]:
        return [self.migrate, "--quiet", "--dir", str(self.folder), "db", *arguments]

    def clone(self, *arguments: str) -> list[str]:
        """Clones; their URLs."""
        done = subprocess.run(self.argv("clone", *arguments), env=self.env, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise Failed(f"migrate db clone: {done.stderr}")
        return done.stdout.split()

    def names(self, pattern: str) -> list[str]:
        return self.server.sql(f"select datname from pg_database where datname like '{pattern}'").split()

    def template(self) -> str:
        return self.names("migrate\\_template\\_%")[0]

    def drop(self, pattern: str) -> None:
        for name in self.names(pattern):
            self.server.sql(f'drop database if exists "{name}" with (force)')

    def drop_all(self) -> None:
        self.drop("migrate\\_%")

    def psql(self, script: str, name: str) -> Sample:
        psql = [str(self.server.bin / "psql"), "-XAtqc", script, "-h", "127.0.0.1", "-p", str(self.server.port)]
        return measure.run([*psql, "-U", "postgres", "-d", name], self.env, self.folder)


def cold(context: Context, bench: Clones) -> None:
    """Twice as many requests as the server has connections, and no template yet."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(REQUESTS) as pool:
        urls = [url for urls in pool.map(lambda _: bench.clone(), range(REQUESTS)) for url in urls]
    wall = time.perf_counter() - begin
    if len(set(urls)) != REQUESTS:
        raise Failed(f"{REQUESTS} requests had {len(set(urls))} databases")
    templates = len(bench.names("migrate\\_template\\_%"))
    context.report.table(
        f"{REQUESTS} requests at once on a cold server",
        "Each is a process of its own; the server takes 100 connections.",
        ["requests", "databases", "templates", "wall, s"],
        [[str(REQUESTS), str(len(set(urls))), str(templates), f"{wall:.1f}"]],
    )
    context.report.check(f"{REQUESTS} requests on a cold server: templates", templates, "", 1)
    bench.drop("migrate\\_clone\\_%")


def single(context: Context, bench: Clones) -> None:
    """The same copy, by psql and by us: whole processes, in turns."""
    samples: dict[str, list[Sample]] = {BARE: [], CLONE: []}
    ways = {
        BARE: lambda: bench.psql(f'create database bare template "{bench.template()}"', "postgres"),
        CLONE: lambda: measure.run(bench.argv("clone"), bench.env, bench.folder),
    }
    for number in range(3 * context.runs):
        for name in ways if number % 2 else reversed(ways):
            bench.server.settle()
            samples[name].append(ways[name]())
            bench.server.sql("drop database if exists bare")
            bench.drop("migrate\\_clone\\_%")
    walls = {name: [s.wall_s for s in all] for name, all in samples.items()}
    context.report.table(
        "One copy of the bundled schema",
        "Whole processes over TCP. Ours asks what the template is, drops what others left, and sets the database's settings.",
        ["how", "wall, × bare", "lowest to highest", "wall, ms", "own CPU, ms", "runs"],
        [
            [name, f"{ratio(w, walls[BARE]):.2f}", spread(w, walls[BARE]), f"{1000 * median(w):.1f}",
             f"{1000 * median([s.cpu_s for s in samples[name]]):.1f}", str(len(w))]
            for name, w in walls.items()
        ],
    )
    context.report.check("a clone: wall, × bare", ratio(walls[CLONE], walls[BARE]), " ×", RATIO)


def many(context: Context, bench: Clones) -> None:
    """What a suite needs, against running the migrations for each database."""
    def timed(work) -> float:
        bench.server.settle()
        begin = time.perf_counter()
        work()
        wall = time.perf_counter() - begin
        bench.drop("migrate\\_clone\\_%")
        return wall

    def migrations() -> None:
        for number in range(DATABASES):
            bench.server.sql(f"create database migrate_clone_up_{number}")
            url = tools.url(context.server.port, f"migrate_clone_up_{number}")
            measure.run([bench.migrate, "up", "--stand-in", "--dir", str(bench.folder), "--url", url], bench.env, bench.folder)

    def processes() -> None:
        with ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda _: bench.clone(), range(DATABASES)))

    walls = {f"create database, migrate up: {DATABASES} times": timed(migrations)}
    base = next(iter(walls.values()))
    walls[f"migrate db clone: {DATABASES} times, {PARALLEL} at once"] = timed(processes)
    walls[f"migrate db clone --count {DATABASES}: once"] = timed(lambda: bench.clone("--count", str(DATABASES)))
    context.report.table(
        f"{DATABASES} databases with the bundled schema", "The template is there.", ["how", "wall, × migrations", "wall, s"],
        [[name, f"{wall / base:.3f}", f"{wall:.2f}"] for name, wall in walls.items()],
    )
    name, wall = list(walls.items())[1]
    context.report.check(f"{DATABASES} databases, {PARALLEL} at once: wall, × migrations", wall / base, " ×", SHARE)


def killed(context: Context, bench: Clones) -> None:
    """A command that is killed with its databases, and one more command."""
    started = bench.folder / "started"
    argv = bench.argv("run", "--count", "3", "--", "sh", "-c", f"touch {started}; exec sleep 600")
    child = subprocess.Popen(argv, env=bench.env, start_new_session=True)
    for _ in range(600):
        if started.exists():
            break
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    before = len(bench.names("migrate\\_run\\_%"))
    bench.clone()
    after = len(bench.names("migrate\\_run\\_%"))
    if before != 3:
        raise Failed(f"the killed command had {before} databases, not 3")
    context.report.check("databases left by a killed command and one more", after, "", 0)
    bench.drop("migrate\\_clone\\_%")


def strategies(context: Context, bench: Clones) -> None:
    """What WAL_LOG and FILE_COPY take for templates of some sizes, with and without fsync: what the choice rests on."""
    rows, server = [], bench.server
    for fsync in ("on", "off"):
        server.sql(f"alter system set fsync = {fsync}")
        server.sql("select pg_reload_conf()")
        for size, count in SIZES.items():
            server.sql(f'create database sized template "{bench.template()}"')
            if count:
                server.sql(f"create table pages as select g, md5(g::text) from generate_series(1, {count}) g", "sized")
            mib = int(server.sql("select pg_database_size('sized')")) / 2**20
            walls: dict[str, list[float]] = {"wal_log": [], "file_copy": []}
            for _ in range(3):
                for strategy, all in walls.items():
                    server.settle()
                    all.append(bench.psql(f"create database copied template sized strategy {strategy}", "postgres").wall_s)
                    server.sql("drop database copied")
            server.sql("drop database sized")
            log, copy = (1000 * median(all) for all in walls.values())
            rows.append([fsync, size, f"{mib:.0f}", f"{log:.0f}", f"{copy:.0f}", "WAL_LOG" if log < copy else "FILE_COPY"])
    server.sql("alter system reset fsync")
    server.sql("select pg_reload_conf()")
    context.report.table(
        "How a database is copied", "By psql, medians of three, on a server that has just written everything down.",
        ["fsync", "template", "MiB", "WAL_LOG, ms", "FILE_COPY, ms", "faster"], rows,
    )
