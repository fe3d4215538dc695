//! The attack list: what each person may try through the API, and must not get. An attack is refused with the code that is
//! named, or reaches no row; and the database, looked at as its owner in the same transaction, is what it was.

mod business;
mod people;
mod studio;

use std::sync::OnceLock;

use postgres::{Client, NoTls};

use crate::project::Project;
use crate::shop::{bundled, expand};

/// Who attacks: people of `access/fixture.sql`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    Anon,
    Customer,
    Member,
    Instructor,
    Barista,
    Staff,
    Admin,
    OtherAdmin,
    Service,
}

impl Who {
    fn sign_in(self) -> String {
        let end = match self {
            Who::Anon => {
                return "set local role anon; set local \"request.jwt.claims\" = '{\"role\":\"anon\"}'".to_owned();
            }
            Who::Service => {
                return "set local role service_role; set local \"request.jwt.claims\" = '{\"role\":\"service_role\"}'"
                    .to_owned();
            }
            Who::Customer => "a1",
            Who::Member => "b1",
            Who::Instructor => "c1",
            Who::Barista => "d1",
            Who::Staff => "d2",
            Who::Admin => "d3",
            Who::OtherAdmin => "d4",
        };
        format!(
            "set local role authenticated; set local \"request.jwt.claims\" = \
             '{{\"role\":\"authenticated\",\"sub\":\"00000000-0000-4000-8000-0000000000{end}\"}}'"
        )
    }
}

/// How an attack ends: with an SQLSTATE, or, for `nothing`, without reaching a row.
pub(crate) type Attack = (Who, &'static str, &'static str);

/// Rows of every table with their checksum, one text for the whole database.
const DIGEST: &str = "
select md5(string_agg(format('%s %s', c.relname, (xpath('/row/sum/text()', query_to_xml(
  format('select md5(string_agg(t::text, '';'' order by t::text)) as sum from public.%I t', c.relname), false, true, ''
)))[1]::text), ',' order by c.relname))
from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace";

/// A session in the database that all attacks are made on; none of them leaves anything.
pub(crate) fn target() -> Client {
    static FILLED: OnceLock<Project> = OnceLock::new();
    let project = FILLED.get_or_init(|| {
        let project = bundled();
        project.migrate(&["up", "--stand-in"]).ok().prints("migrations applied");
        project.client().batch_execute(include_str!("../../../access/fixture.sql")).unwrap();
        project
    });
    Client::connect(&project.url, NoTls).unwrap()
}

/// Things of the fixture whose names are one word.
const SINGLE: [&str; 4] = ["uptown", "elsewhere", "other", "cancelled"];

fn with_ids(sql: &str) -> String {
    let single = |text: String, name: &str| text.replace(&format!("{{{name}}}"), &format!("md5('{name}')::uuid"));
    expand(&SINGLE.into_iter().fold(sql.to_owned(), single))
}

/// Makes the attacks, and demands that each ends as it says and changes nothing.
#[track_caller]
pub(crate) fn all_fail(attacks: &[Attack]) {
    let mut client = target();
    let wrong: Vec<String> = attacks.iter().filter_map(|attack| succeeds(&mut client, attack)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with how an attack ended, if anything is.
fn succeeds(client: &mut Client, (who, sql, expected): &Attack) -> Option<String> {
    let mut transaction = client.transaction().unwrap();
    let digest =
        |transaction: &mut postgres::Transaction<'_>| -> String { transaction.query_one(DIGEST, &[]).unwrap().get(0) };
    let before = digest(&mut transaction);
    let mut attempt = transaction.savepoint("attack").unwrap();
    attempt.batch_execute(&who.sign_in()).unwrap();
    let ended = match attempt.simple_query(&with_ids(sql)) {
        Ok(messages) => {
            attempt.batch_execute("reset role").unwrap();
            if digest(&mut attempt) != before {
                "a change".to_owned()
            } else if messages.iter().any(|message| matches!(message, postgres::SimpleQueryMessage::Row(_))) {
                "an answer".to_owned()
            } else {
                "nothing".to_owned()
            }
        }
        Err(error) => {
            let said = error.as_db_error().unwrap();
            if said.code().code() == *expected {
                return None;
            }
            format!("{} {}", said.code().code(), said.message())
        }
    };
    (ended != *expected).then(|| format!("{who:?}: {sql}\n    ends with {ended}, not with {expected}"))
}

#[test]
fn an_attack_that_works_is_seen() {
    let mut client = target();
    let change = (Who::Customer, "update customers set phone = '1' where user_id = (select auth.uid())", "nothing");
    assert!(succeeds(&mut client, &change).unwrap().contains("ends with a change"));
    let answer = (Who::Member, "select medical_conditions from members", "nothing");
    assert!(succeeds(&mut client, &answer).unwrap().contains("ends with an answer"));
    let other = (Who::Anon, "select * from members", "23514");
    assert!(succeeds(&mut client, &other).unwrap().contains("ends with 42501"));
}
