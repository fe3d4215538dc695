//! Connection strings mean what they mean to libpq: psql is asked the same question.

use std::process::Command;

use super::*;

const QUESTION: &str = "select concat_ws('|', current_user, current_database(), current_setting('application_name'),
    pg_catalog.inet_server_port(), current_setting('lock_timeout'), current_setting('search_path'))";

/// Strings that both must read alike. `PORT`, `SOCKET` and `DEAD` stand for the server's and for a port without one.
const STRINGS: &[&str] = &[
    "postgres://postgres@127.0.0.1:PORT/postgres?application_name=a",
    "postgresql://postgres:unused@localhost:PORT/postgres?application_name=a%26b",
    "postgres://127.0.0.1/?application_name=a",
    "postgres://?host=127.0.0.1&application_name=a",
    "postgres://postgres@/?host=SOCKET&application_name=a",
    "postgres://od%40d%2F%25%20user@127.0.0.1:PORT/postgres?application_name=a",
    "postgres://127.0.0.1:PORT/od%40d%2F%25%20name?application_name=a",
    "postgres://127.0.0.1:DEAD,127.0.0.1:PORT/postgres?application_name=a",
    "postgres://127.0.0.1,127.0.0.1/postgres?port=DEAD,PORT&application_name=a",
    "postgres://nowhere.invalid:PORT/postgres?hostaddr=127.0.0.1&application_name=a",
    "postgres://127.0.0.1:PORT/?user=postgres&dbname=postgres&application_name=a",
    "postgres://127.0.0.1:PORT/postgres?application_name=a&options=-c%20lock_timeout%3D3s%20-c%20search_path%3Da%5C%20b",
    "postgres://127.0.0.1:PORT/postgres?application_name=a&options=-clock_timeout%3D4s",
    "host=127.0.0.1 port=PORT dbname=postgres application_name='it''s'",
    r"host = 127.0.0.1 port=PORT user='od@d/% user' dbname=postgres application_name='a \' b \\ c'",
    r"host=127.0.0.1 port=PORT dbname=od@d/%\ name application_name=a\'b",
    "host=127.0.0.1,127.0.0.1 port=DEAD,PORT dbname=postgres application_name=a target_session_attrs=read-write",
    "host=127.0.0.1 dbname='' application_name=a",
    "fallback_application_name=f host=127.0.0.1 application_name=",
    "postgres://127.0.0.1:PORT/missing",
    "postgres://127.0.0.1:99999/postgres",
    "postgres://127.0.0.1:PORT/postgres?unknown=1",
    "postgres://127.0.0.1:PORT/%zz",
    "postgres://127.0.0.1:PORT/postgres?application_name",
    "host=127.0.0.1 port=PORT,DEAD,DEAD",
    "host=127.0.0.1 port=PORT password='unclosed",
    "host=127.0.0.1 word port=PORT",
];

#[test]
fn every_string_leads_where_psql_goes() {
    let cluster = Cluster::start(&Setup::default());
    cluster.sql("create role \"od@d/% user\" login; alter role postgres set search_path = public");
    cluster.sql("create database \"od@d/% name\"");
    let (port, dead) = (cluster.port.to_string(), support::free_port().to_string());
    let variables = [("PGPORT", port.as_str()), ("PGUSER", "postgres"), ("PGDATABASE", "postgres")];
    let env = variables.iter().fold(env(), |env, (name, value)| env.with(name, value));
    for string in STRINGS {
        let string = string
            .replace("PORT", &port)
            .replace("DEAD", &dead)
            .replace("SOCKET", &cluster.socket().display().to_string());
        let psql = Command::new("psql")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(variables)
            .args(["-XAtc", QUESTION, &string])
            .output()
            .unwrap();
        let theirs = psql.status.success().then(|| String::from_utf8(psql.stdout).unwrap().trim_end().to_owned());
        let ours = options_in(&string, &env).and_then(|options| ask(&options, QUESTION));
        let said = String::from_utf8_lossy(&psql.stderr);
        assert_eq!(ours.as_ref().ok(), theirs.as_ref(), "{string}\nwe: {ours:?}\npsql: {said}");
    }
}
