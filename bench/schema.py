"""A schema of N tables for the diff: what an application has, and what a second database has otherwise.

Every table has 6 columns, a key, an index, a foreign key, a policy, a trigger and a comment. The other side differs in five
things, spread over the tables: a column more, an index less, another comment, another policy, another default.
"""

#: Tables made in one transaction: each holds locks, of which a server has room for some thousands.
AT_ONCE = 250
DIFFERENCES = 5

BEFORE = """create schema app;
create function app.touch() returns trigger language plpgsql as $$ begin new.updated_at := now(); return new; end $$;
"""


def script(count: int) -> str:
    pieces = [BEFORE]
    for first in range(1, count + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count + 1))
        pieces += ["begin;\n", *(table(n) for n in numbers), "commit;\n"]
    return "".join(pieces)


def name(number: int) -> str:
    return f"item_{number:04}"


def table(number: int) -> str:
    this, before = name(number), name(max(1, number - 1))
    return f"""create table app.{this} (
  id bigint generated always as identity primary key,
  name text not null,
  parent_id bigint references app.{before} (id) on delete cascade,
  price numeric(10, 2) not null default 0,
  owner_id uuid,
  updated_at timestamptz not null default now()
);
create index {this}_name_idx on app.{this} (name);
alter table app.{this} enable row level security;
create policy owner_reads on app.{this} for select using (owner_id = current_setting('app.user', true)::uuid);
create trigger touch before update on app.{this} for each row execute function app.touch();
comment on table app.{this} is 'Items of shelf {number}';
"""


def changes(count: int) -> str:
    a, b, c, d, e = (name(count * fifth // DIFFERENCES) for fifth in range(1, DIFFERENCES + 1))
    return f"""alter table app.{a} add note text;
drop index app.{b}_name_idx;
comment on table app.{c} is 'Other';
alter policy owner_reads on app.{d} using (true);
alter table app.{e} alter price set default 1;
"""
