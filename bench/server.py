"""A PostgreSQL server of the bench's own: default settings, so durable, on a socket and on 127.0.0.1."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from measure import Failed


def programs(given: str | None) -> Path:
    """The folder of the server programs; the newest version of those in Debian's places, unless one is given."""
    if given:
        return Path(given)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    if shutil.which("initdb"):
        return Path(shutil.which("initdb")).resolve().parent
    raise Failed("no PostgreSQL server programs: apt-get install postgresql, or --pg-bin DIR")


def as_server(argv: list) -> list[str]:
    """PostgreSQL refuses to run as root: then the user `postgres` runs it."""
    argv = [str(a) for a in argv]
    return ["runuser", "-u", "postgres", "--", *argv] if os.geteuid() == 0 else argv


def give(folder: Path) -> None:
    """Gives a folder to the server's user."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def call(argv: list) -> str:
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=300, cwd="/")
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, argv))}: {done.stderr.strip()}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """Made on entry, stopped on exit; its folder goes with the bench's scratch folder."""

    def __init__(self, bin: Path, scratch: Path):
        self.bin, self.folder, self.port = bin, scratch / "server", free_port()

    def __enter__(self) -> "Server":
        self.folder.mkdir()
        give(self.folder)
        data = self.folder / "data"
        call(as_server([self.bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]))
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        call(as_server([self.bin / "pg_ctl", "-D", data, "-l", self.folder / "log", "-o", options, "-w", "-s", "start"]))
        return self

    def __exit__(self, *_) -> None:
        call(as_server([self.bin / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "-s", "stop"]))

    def sql(self, script: str, database: str = "postgres") -> str:
        psql = [self.bin / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres"]
        return call([*psql, "-d", database, "-c", script]).strip()

    def fresh(self, database: str) -> None:
        """An empty database, and nothing left to be written that an earlier run caused."""
        self.sql(f'drop database if exists "{database}" with (force)')
        self.sql(f'create database "{database}"')
        self.settle()

    def settle(self) -> None:
        self.sql("checkpoint")
        os.sync()

    def tables(self, database: str) -> int:
        """How many of the project's tables are there: what a run says is not proof that it did something."""
        return int(self.sql("select count(*) from pg_tables where tablename like 'item\\_%'", database))
