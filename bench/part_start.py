"""From nothing to the bundled schema: a first `migrate up` in an empty folder, against cp, pg_ctl and psql by hand."""

import shutil
from pathlib import Path

import measure
import server as servers
import tools
from context import OURS, Context
from measure import Failed, Sample, median, ratio, spread

RATIO = 1.5
ROOT = Path(__file__).resolve().parent.parent
BY_HAND = "cp, pg_ctl, psql"
#: The schema's relations, to see that both made the same.
RELATIONS = "select count(*) from pg_class where relnamespace in ('public'::regnamespace, 'private'::regnamespace)"


def run(context: Context) -> None:
    hand, ours = Hand(context), Ours(context)
    ours.round("warm")
    samples: dict[str, list[Sample]] = {BY_HAND: [], OURS: []}
    for number in range(context.runs):
        pair = [(BY_HAND, hand), (OURS, ours)]
        for name, side in pair if number % 2 else reversed(pair):
            samples[name].append(side.round(str(number)))
    if hand.relations != ours.relations:
        raise Failed(f"by hand {hand.relations} relations were made, by {OURS} {ours.relations}")
    walls = {name: [s.wall_s for s in all] for name, all in samples.items()}
    context.report.table(
        "From nothing to the bundled schema",
        f"No cluster, but a pre-initialised copy in the cache. By hand: cp -a of an initialised folder (not made safe on "
        f"disk, as ours is), pg_ctl start, psql running the stand-in and the six migrations, a transaction each where they can.",
        ["how", "wall, × by hand", "lowest to highest", "wall, s", "own CPU, s", "runs"],
        [
            [name, f"{ratio(w, walls[BY_HAND]):.2f}", spread(w, walls[BY_HAND]), f"{median(w):.3f}",
             f"{median([s.cpu_s for s in samples[name]]):.3f}", str(len(w))]
            for name, w in walls.items()
        ],
    )
    context.report.check("from nothing: wall, × by hand", ratio(walls[OURS], walls[BY_HAND]), " ×", RATIO)


class Hand:
    """What a person would type. The folder is initialised as ours is, with its settings."""

    def __init__(self, context: Context):
        self.bin, self.folder, self.relations = context.server.bin, context.scratch / "hand", ""
        self.env = tools.environment(context.scratch / "home", 0, "postgres")
        self.folder.mkdir()
        self.template = self.folder / "template"
        servers.give(self.folder)
        initdb = [self.bin / "initdb", "-D", self.template, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"]
        servers.call(servers.as_server([*initdb, "--data-checksums"]))
        with open(self.template / "postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write((ROOT / "src/server/embedded.conf").read_text(encoding="utf-8"))
        self.write_script()

    def write_script(self) -> None:
        stand_in = sorted((ROOT / "src/server").glob("stand_in*.sql"))
        steps = ["create table ledger (version bigint primary key, name text not null);\n"]
        steps += [f"begin;\n{file.read_text(encoding='utf-8')}\ncommit;\n" for file in stand_in]
        for n, file in enumerate(sorted((ROOT / "migrations").glob("*.sql"))):
            script, row = file.read_text(encoding="utf-8"), f"insert into ledger values ({n}, '{file.stem}');"
            alone = "-- migrate: no-transaction" in script
            steps.append(f"{script}\n{row}\n" if alone else f"begin;\n{script}\n{row}\ncommit;\n")
        (self.folder / "all.sql").write_text("".join(steps), encoding="utf-8")
        (self.folder / "start").write_text(
            f"""set -e
cp -a {self.template} "$1"
{self.bin}/pg_ctl -D "$1" -l "$1.log" -o "-k {self.folder}" -w -s start
{self.bin}/psql -Xq -v ON_ERROR_STOP=1 -h {self.folder} -U postgres -f {self.folder}/all.sql
""",
            encoding="utf-8",
        )

    def round(self, number: str) -> Sample:
        data = self.folder / number
        servers.call(["sync"])
        try:
            sample = measure.run(servers.as_server(["sh", self.folder / "start", data]), self.env, self.folder)
            psql = [self.bin / "psql", "-XAtq", "-h", self.folder, "-U", "postgres", "-c", RELATIONS]
            self.relations = str(int(servers.call(psql)) - 2)  # its ledger: a table and an index
        finally:
            servers.call(servers.as_server([self.bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "-s", "stop"]))
            shutil.rmtree(data)
        return sample


class Ours:
    def __init__(self, context: Context):
        self.migrate, self.folder, self.relations = context.tool(OURS).program, context.scratch / "nothing", ""
        self.env = tools.environment(context.scratch / "home", 0, "postgres")
        del self.env["DATABASE_URL"]
        self.env["PATH"] = f"{context.server.bin}:{self.env['PATH']}"
        self.bin = context.server.bin
        self.folder.mkdir()

    def round(self, number: str) -> Sample:
        folder = self.folder / number
        folder.mkdir()
        servers.call(["sync"])
        try:
            sample = measure.run([self.migrate, "up", "--dir", str(folder)], self.env, folder)
            url = measure.output([self.migrate, "db", "url", "--dir", str(folder)], self.env, folder)
            self.relations = servers.call([self.bin / "psql", "-XAtq", url.strip(), "-c", RELATIONS]).strip()
        finally:
            measure.run([self.migrate, "db", "destroy", "--yes", "--dir", str(folder)], self.env, folder)
            shutil.rmtree(folder)
        return sample
