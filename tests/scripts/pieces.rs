//! Statement boundaries: a script sent piece by piece does what it does as a whole, and what psql would do.

use counterpose::sql::{position, split};
use postgres::{Client, NoTls};

use crate::support::Cluster;

/// Everything at which splitters fail, in SQL that the server accepts.
const SCRIPT: &str = r#"
-- a comment; with a semicolon
create table log (id int generated always as identity, what text); /* and /* nested; */ ones; */
create function plain() returns text language plpgsql as $body$ begin return $in$;$$;'$in$; end $body$;
create function atomic(begin int default 1) returns int language sql
begin atomic
  insert into log (what) select case when begin = 1 then 'atomic;' else case when true then '' end end;
  select 1 as "end";
  select (select case begin when 1 then 2 end) as end;
end;
create procedure nothing() begin atomic end;
create table a (x text);
create rule r as on insert to a do also (insert into log (what) values ('rule;' || new.x); delete from log where what = ';');
insert into a values (E'\';' ), ('\'), (U&'\003b'), (E'one' -- continued; 'here
  'two\';three'), ($é$;$é$), (N';');
select atomic(), plain() as "semi;colon";
do $$ begin perform 1; execute 'select 1;'; end $$;
insert into log (what) select q$.x from (select ';'::text as x) as q$;
call nothing()
"#;

fn connect() -> Client {
    Client::connect(&Cluster::shared().database(), NoTls).unwrap()
}

fn outcome(client: &mut Client) -> String {
    let query =
        "select (select string_agg(what, '|' order by id) from log) || '#' || (select string_agg(x, '|') from a)";
    client.query_one(query, &[]).unwrap().get(0)
}

#[test]
fn a_script_in_pieces_does_what_it_does_whole() {
    let mut whole = connect();
    whole.batch_execute(SCRIPT).unwrap();
    let mut pieces = connect();
    let statements = split(SCRIPT).unwrap();
    for statement in &statements {
        // The extended protocol takes exactly one statement: two in a piece, or half of one, are refused.
        let text = &SCRIPT[statement.range.clone()];
        pieces.execute(text, &[]).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }
    assert_eq!(statements.len(), 11);
    assert_eq!(outcome(&mut whole), outcome(&mut pieces));
    assert!(outcome(&mut pieces).contains("onetwo';three"));
}

/// The position that the server reports in a script with wide characters is found again.
#[test]
fn the_servers_positions_are_found() {
    let mut client = connect();
    let script = "select 'größe 日本';\n\tselect\t'é', nothere;";
    let error = client.batch_execute(script).unwrap_err();
    let Some(postgres::error::ErrorPosition::Original(at)) = error.as_db_error().unwrap().position().cloned() else {
        panic!("no position in {error:?}");
    };
    let location = position::locate(script, usize::try_from(at).unwrap());
    assert_eq!((location.line, location.column), (2, 14));
    assert_eq!(position::render(&location), "2 |     select    'é', nothere;\n                       ^");
}
