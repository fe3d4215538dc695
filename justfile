# `just` lists these. None of them needs just: each is one line to type.

_default:
    @just --list --unsorted

# Formatting and lints, as CI does
check:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings

# All tests, or some: `just test --test engine`
test *args:
    bash scripts/test {{ args }}

# Ratios against psql and the peers; `just bench --parts apply --runs 3` for a part
bench *args:
    bench/run {{ args }}

# The program in this folder, on an embedded PostgreSQL: `just try status`
try *args:
    bash scripts/try {{ args }}
