"""How each tool is called to apply what is pending: the floor, ours, and the peers that are installed."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import project
from measure import Failed


@dataclass
class Tool:
    name: str
    #: Its files for N migrations, into an empty folder.
    write: Callable[[Path, int], None]
    #: The arguments for port, database and folder.
    arguments: Callable[[int, str, Path], list[str]]
    program: str | None
    version: list[str]
    #: The command that installs it.
    install: str = ""
    #: So slow that it runs once, whatever --runs says.
    slow: bool = False
    peer: bool = True

    def argv(self, port: int, database: str, folder: Path) -> list[str]:
        return [str(self.program), *self.arguments(port, database, folder)]


def url(port: int, database: str) -> str:
    return f"postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable"


def psql_arguments(file: str) -> Callable[[int, str, Path], list[str]]:
    return lambda port, database, folder: [
        "-Xq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database,
        "-f", str(folder / file),
    ]


def up(*more: str) -> Callable[[int, str, Path], list[str]]:
    return lambda port, database, folder: ["up", "--dir", str(folder), "--url", url(port, database), *more]


def peers_folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("BENCH_PEERS") or Path(cache) / "counterpose-bench")


def find(name: str, pattern: str) -> str | None:
    """A program in the peers' folder, else in PATH. npm's packages start their program from a script: not that one."""
    found = sorted(peers_folder().glob(pattern))
    return str(found[0]) if found else shutil.which(name)


def ours(program: Path) -> Path:
    if not os.access(program, os.X_OK):
        raise Failed(f"{program} is not there: cargo build --release, or --migrate PROGRAM")
    return program.resolve()


def all_tools(psql: Path, migrate: Path) -> list[Tool]:
    at = peers_folder()
    here, psql = str(migrate), str(psql)
    return [
        Tool("psql, a transaction each", project.write_psql, psql_arguments("each.sql"), psql, ["--version"], peer=False),
        Tool("psql, one transaction", project.write_psql, psql_arguments("once.sql"), psql, ["--version"], peer=False),
        Tool("migrate up", project.write_ours, up(), here, ["--version"], peer=False),
        Tool(
            "dbmate", project.write_dbmate,
            lambda port, db, folder: ["--no-dump-schema", "-d", "migrations", "-u", url(port, db), "migrate"],
            find("dbmate", "node_modules/@dbmate/*/bin/dbmate"), ["--version"], f"npm install --prefix {at} dbmate",
        ),
        Tool(
            "sqlx-cli", project.write_sqlx,
            lambda port, db, folder: ["migrate", "run", "--source", "migrations", "-D", url(port, db)],
            find("sqlx", "bin/sqlx"), ["--version"],
            f"cargo install --root {at} sqlx-cli --no-default-features --features postgres",
        ),
        Tool(
            "refinery_cli", project.write_refinery,
            lambda port, db, folder: ["migrate", "-e", "DATABASE_URL", "-p", "migrations"],
            find("refinery", "bin/refinery"), ["--version"],
            f"cargo install --root {at} refinery_cli --no-default-features --features postgresql",
        ),
        Tool(
            "supabase", project.write_supabase,
            lambda port, db, folder: ["db", "push", "--yes", f"--remote={url(port, db)}"],
            find("supabase", "node_modules/@supabase/*/bin/supabase"), ["--version"],
            f"npm install --prefix {at} supabase", slow=True,
        ),
        Tool(
            "sqitch", project.write_sqitch,
            lambda port, db, folder: ["deploy", "--client", psql, f"db:pg://postgres@127.0.0.1:{port}/{db}"],
            shutil.which("sqitch"), ["--version"], "apt-get install sqitch libdbd-pg-perl", slow=True,
        ),
    ]


def environment(home: Path, port: int, database: str) -> dict[str, str]:
    """Nothing of the caller's: no PG* variables, no configuration of the home folder, no colours."""
    return {
        "PATH": os.environ.get("PATH", ""), "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"),
        "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PGSSLMODE": "disable", "DATABASE_URL": url(port, database),
        "SQITCH_FULLNAME": "Bench", "SQITCH_EMAIL": "bench@localhost", "SUPABASE_TELEMETRY_DISABLED": "1",
    }
