"""The same N small migrations, written in the layout of each tool.

Each makes a table and an index, and its rollback drops the table. The floor's scripts, which psql runs, are here too:
whatever the tools are compared with must read the very same SQL.
"""

from pathlib import Path

LEDGER = "create table ledger (version bigint primary key, name text not null, applied_on timestamptz default now());\n"


def table(number: int) -> str:
    return f"item_{number:04}"


def forward(number: int) -> str:
    name = table(number)
    return (
        f"create table {name} (id bigint primary key, name text not null, created_at timestamptz not null);\n"
        f"create index {name}_name_idx on {name} (name);\n"
    )


def backward(number: int) -> str:
    return f"drop table {table(number)};\n"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_ours(folder: Path, count: int) -> None:
    write(folder / "migrate.toml", "")
    for n in range(1, count + 1):
        write(folder / f"migrations/{n:04}_{table(n)}.sql", forward(n))
        write(folder / f"rollbacks/{n:04}_{table(n)}.sql", backward(n))


def write_psql(folder: Path, count: int) -> None:
    """The floor (`each.sql`: a transaction for each file and its ledger row) and its limit (`once.sql`: one for all)."""
    each, once = [LEDGER], [LEDGER]
    for n in range(1, count + 1):
        file = folder / f"{n:04}_{table(n)}.sql"
        write(file, forward(n))
        step = f"\\i {file}\ninsert into ledger (version, name) values ({n}, '{table(n)}');\n"
        each.append(f"begin;\n{step}commit;\n")
        once.append(step)
    write(folder / "each.sql", "".join(each))
    write(folder / "once.sql", f"begin;\n{''.join(once)}commit;\n")


def write_dbmate(folder: Path, count: int) -> None:
    for n in range(1, count + 1):
        text = f"-- migrate:up\n{forward(n)}\n-- migrate:down\n{backward(n)}"
        write(folder / f"migrations/{n:04}_{table(n)}.sql", text)


def write_sqlx(folder: Path, count: int) -> None:
    for n in range(1, count + 1):
        write(folder / f"migrations/{n:04}_{table(n)}.up.sql", forward(n))
        write(folder / f"migrations/{n:04}_{table(n)}.down.sql", backward(n))


def write_refinery(folder: Path, count: int) -> None:
    for n in range(1, count + 1):
        write(folder / f"migrations/V{n}__{table(n)}.sql", forward(n))


def write_supabase(folder: Path, count: int) -> None:
    write(folder / "supabase/config.toml", 'project_id = "bench"\n')
    for n in range(1, count + 1):
        write(folder / f"supabase/migrations/{n:04}_{table(n)}.sql", forward(n))


def write_sqitch(folder: Path, count: int) -> None:
    """Sqitch's scripts own their transactions; each of its changes is one run of psql."""
    write(folder / "sqitch.conf", "[core]\n\tengine = pg\n")
    plan = ["%syntax-version=1.0.0\n%project=bench\n\n"]
    for n in range(1, count + 1):
        plan.append(f"{table(n)} 2026-01-01T00:00:00Z Bench <bench@localhost> # {table(n)}\n")
        write(folder / f"deploy/{table(n)}.sql", f"BEGIN;\n{forward(n)}COMMIT;\n")
        write(folder / f"revert/{table(n)}.sql", f"BEGIN;\n{backward(n)}COMMIT;\n")
    write(folder / "sqitch.plan", "".join(plan))
