//! The yoga studio's demo data: true for every day around which it is seeded, the same each time, and alive: what members,
//! teachers and staff do goes on from there.

use std::fmt::Write as _;
use std::sync::OnceLock;

use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::project::Project;
use crate::support::Cluster;

/// The next Sunday's yin: full, with three people waiting.
const SUNDAY: &str = "(select s.id from class_schedules s, migrate.seeds e
    where e.vertical = 'yoga-studio' and s.class_series_id = md5('yoga series sunday-yin')::uuid
      and s.scheduled_date between e.today + 1 and e.today + 7)";
const TODAY: &str = "(select today from migrate.seeds where vertical = 'yoga-studio')";
const CLEAN: &str = "select count(*) from private.check_invariants()";

/// A project without files, so that the program takes the bundled ones, on a copy of a database of the shared server.
fn copy(template: &str) -> Project {
    let name = Cluster::shared().create_database();
    let project = Project::on(url(&name));
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.file("migrate.toml", "platform = \"supabase\"\n");
    let mut client = Client::connect(&url("postgres"), NoTls).unwrap();
    client.batch_execute(&format!("drop database {name}")).unwrap();
    client.batch_execute(&format!("create database {name} template {template}")).unwrap();
    project
}

fn url(database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{}/{database}", Cluster::shared().port)
}

fn name(project: &Project) -> String {
    project.url.rsplit('/').next().unwrap().to_owned()
}

/// A database with the schema, and no rows but its own.
fn empty() -> Project {
    static SCHEMA: OnceLock<(Project, String)> = OnceLock::new();
    let (_, template) = SCHEMA.get_or_init(|| {
        let project = copy("template1");
        project.migrate(&["up", "--stand-in"]).ok();
        let template = name(&project);
        (project, template)
    });
    copy(template)
}

/// A database with the studio, around the day that the server has.
fn studio() -> Project {
    static STUDIO: OnceLock<(Project, String)> = OnceLock::new();
    let (_, template) = STUDIO.get_or_init(|| {
        let project = empty();
        project.migrate(&["seed", "yoga-studio"]).ok();
        let template = name(&project);
        (project, template)
    });
    copy(template)
}

/// What an account of the studio, `anon` or the owner gets: the rows of the last statement, columns joined by `|`.
fn asks(project: &Project, who: &str, sql: &str) -> Result<String, String> {
    let mut client = project.client();
    let mut transaction = client.transaction().unwrap();
    let sign_in = match who {
        "owner" => String::new(),
        "anon" => "set local role anon; select set_config('request.jwt.claims', '{\"role\": \"anon\"}', true)".to_owned(),
        account => format!(
            "select set_config('request.jwt.claims', json_build_object('sub', u.id, 'role', 'authenticated', 'email', u.email)::text, true)
             from auth.users u where u.email = '{account}@yoga.example'; set local role authenticated"
        ),
    };
    transaction.batch_execute(&sign_in).unwrap();
    let messages = transaction.simple_query(sql).map_err(|error| error.as_db_error().unwrap().to_string())?;
    transaction.commit().unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let cells = (0..row.len()).map(|column| row.get(column).unwrap_or("NULL"));
            Some(cells.collect::<Vec<_>>().join("|"))
        }
        _ => None,
    });
    Ok(rows.collect::<Vec<_>>().join("\n"))
}

#[track_caller]
fn gives(project: &Project, who: &str, sql: &str, expected: &str) {
    assert_eq!(asks(project, who, sql).as_deref(), Ok(expected), "{who}: {sql}");
}

#[track_caller]
fn refuses(project: &Project, who: &str, sql: &str, words: &str) {
    let found = asks(project, who, sql);
    assert!(found.as_ref().is_err_and(|error| error.contains(words)), "{who}: {sql}\n{found:?}");
}

/// All rows of all tables, and how far the sequences are.
fn everything(project: &Project) -> String {
    let mut all = String::new();
    let tables = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'auth') order by 1";
    for table in asks(project, "owner", tables).unwrap().lines() {
        let sql =
            format!("select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t");
        writeln!(all, "{table} {}", asks(project, "owner", &sql).unwrap()).unwrap();
    }
    let sequences = "select schemaname, sequencename, last_value from pg_sequences where schemaname in ('public', 'private') order by 2";
    all + &asks(project, "owner", sequences).unwrap()
}

/// What holds whatever the day is.
fn check(project: &Project, day: &str) {
    gives(project, "owner", "select * from private.check_invariants()", "");
    for (what, sql, expected) in [
        ("nobody books after the class, leaves before booking, or before joining", "
            select count(*) from bookings b join class_schedules s on s.id = b.class_schedule_id
            join members m on m.id = b.member_id
            where b.created_at >= s.starts_at or b.created_at < greatest(s.created_at, m.created_at)
                or b.cancelled_at <= b.created_at or b.promoted_at not between b.created_at and s.starts_at", "0"),
        ("no fact is from after the day's night", "
            select count(*) from (select created_at from bookings union all select created_at from payments
                union all select created_at from class_credit_transactions union all select created_at from booking_events) f
            where f.created_at > (select today from migrate.seeds)::timestamp at time zone 'America/New_York'", "0"),
        ("nobody is in two classes at a time", "
            select count(*) from bookings a join class_schedules s on s.id = a.class_schedule_id
            join bookings b on b.member_id = a.member_id and b.id > a.id join class_schedules t on t.id = b.class_schedule_id
            where 'cancelled' not in (a.status, b.status) and s.starts_at < t.ends_at and t.starts_at < s.ends_at", "0"),
        ("who stands in can, and rooms are large enough", "
            select bool_and(private.instructor_may_take(s.effective_instructor_id, s)) filter (where s.substitute_instructor_id is not null),
                bool_and(s.max_participants <= r.capacity)
            from class_schedules s join rooms r on r.id = s.room_id", "t|t"),
        ("a full Sunday", &format!("
            select s.current_bookings, s.max_participants, s.waitlist_count, (select count(*) from bookings b
                where b.class_schedule_id = s.id and b.promoted_at is not null)
            from class_schedules s where s.id = {SUNDAY}"), "6|6|3|1"),
        ("exceptions of each kind", "
            select string_agg(k || n, ' ' order by k) from (select exception_type k, count(*) n from class_series_exceptions group by 1) x",
            "cancelled2 extra1 moved5"),
        ("classes that do not take place", "select count(*) from class_schedules where status = 'cancelled'", "2"),
        ("requests for substitutes", "select string_agg(status, ' ' order by status) from substitute_requests",
            "cancelled expired filled filled open"),
        ("packages", "select string_agg(k || n, ' ' order by k) from (select status k, count(*) n from member_packages group by 1) x",
            "active46 cancelled1 expired6 past_due3 pending2"),
        ("one subscription is due", "
            select count(*) from member_packages p, migrate.seeds e
            where p.status = 'active' and p.auto_renew and p.current_period_end <= e.today", "1"),
        ("a member who has seen it all", "
            select count(*) filter (where b.status = 'attended') > 2, count(*) filter (where b.status = 'no_show'),
                count(*) filter (where b.is_late_cancel), count(*) filter (where b.status = 'confirmed') > 1
            from bookings b join members m on m.id = b.member_id where m.email = 'member@yoga.example'", "t|1|1|t"),
        ("goals of all types", "select count(distinct goal_type) from member_goals", "5"),
    ] {
        assert_eq!(asks(project, "owner", sql).as_deref(), Ok(expected), "{day}: {what}");
    }
    let classes: u32 = asks(project, "owner", "select count(*) from class_schedules").unwrap().parse().unwrap();
    assert!((205..=225).contains(&classes), "{day}: {classes} classes");
}

fn check_day(day: &str) {
    let project = empty();
    project.migrate(&["seed", "yoga-studio", "--today", day]).ok();
    check(&project, day);
}

#[test]
fn every_weekday_is_a_good_day() {
    for day in ["2026-08-31", "2026-12-01", "2027-03-31", "2027-09-30"] {
        check_day(day);
    }
}

#[test]
fn ends_of_months_and_changes_of_the_clock_are_good_days() {
    for day in ["2027-12-31", "2028-01-29", "2026-03-08", "2026-11-01"] {
        check_day(day);
    }
}

#[test]
fn the_same_day_gives_the_same_rows_and_a_second_run_changes_nothing() {
    let (one, other) = (empty(), empty());
    for project in [&one, &other] {
        project.migrate(&["seed", "yoga-studio", "--today", "2028-02-29"]).ok();
    }
    let found = everything(&one);
    assert_eq!(found, everything(&other));
    check(&one, "2028-02-29");
    one.migrate(&["seed", "yoga-studio"]).ok().prints("yoga-studio: nothing changed");
    one.value("update migrate.seed_files set sha256 = ''");
    one.migrate(&["seed", "yoga-studio"]).ok();
    assert_eq!(everything(&one), found);
}

#[test]
fn no_table_of_the_studio_is_empty() {
    let studio = studio();
    check(&studio, "today");
    let empty = "select string_agg(c.relname, ' ') from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
            and c.relname ~ 'class|member|booking|instructor|room|substitute|invoice|payment|refund|notification|audit|role|location'
            and not (xpath('//n/text()', query_to_xml(format('select count(*) n from public.%I', c.relname), false, true, '')))[1]::text::int > 0";
    // The shop's.
    gives(&studio, "owner", empty, "product_location_overrides");
}

#[test]
fn who_signs_in_sees_what_is_theirs() {
    let studio = studio();
    let seen = "select (select count(*) from members), (select count(distinct member_id) > 1 from bookings),
        (select count(distinct location_id) from bookings), (select count(*) > 0 from invoices), (select count(*) > 0 from audit_log)";
    gives(&studio, "member", seen, "1|f|1|t|f");
    gives(&studio, "instructor", seen, "0|t|1|f|f");
    gives(&studio, "staff", seen, "49|t|1|t|f");
    gives(&studio, "admin", seen, "60|t|2|t|t");
    gives(&studio, "anon", "select count(*) > 30, count(distinct location_id) from available_classes", "t|2");
    refuses(&studio, "anon", "select count(*) from bookings", "permission denied");
    gives(&studio, "substitute", "select kind from notifications", "substitute_wanted");
    gives(&studio, "member", "select count(*) from member_goal_progress", "5");
    gives(
        &studio,
        "instructor",
        &format!("select count(*), count(medical_conditions) > 0 from class_roster({SUNDAY_ID})"),
        "9|t",
    );
    refuses(&studio, "member", &format!("select count(*) from class_roster({SUNDAY_ID})"), "no class of yours");
    gives(
        &studio,
        "owner",
        "select count(*) from auth.users where encrypted_password = extensions.crypt('counterpose', encrypted_password)",
        "5",
    );
}

/// As [`SUNDAY`], for those who do not read the ledger.
const SUNDAY_ID: &str = "(select class_schedule_id from (
        select s.id as class_schedule_id from class_schedules s
        where s.class_series_id = md5('yoga series sunday-yin')::uuid and s.waitlist_count = 3 order by s.scheduled_date desc limit 1
    ) c)";

#[test]
fn members_and_staff_go_on_booking() {
    let studio = studio();
    gives(&studio, "member", "select waitlist_position from my_bookings where status = 'waiting'", "1");
    let book = "select b.status, b.payment_method, b.payment_status from (
            select a.id from available_classes a join locations l on l.id = a.location_id
            where l.code = 'MILL' and a.starts_at between now() + interval '1 day' and now() + interval '6 days'
                and a.id not in (select class_schedule_id from my_bookings)
            order by a.starts_at limit 1
        ) a, book_class(a.id) b";
    gives(&studio, "member", book, "confirmed|package|paid");
    let leave = format!(
        "select status from cancel_booking((select id from bookings
            where class_schedule_id = {SUNDAY_ID} and member_id = md5('yoga member lucia-ferrari')::uuid))"
    );
    refuses(&studio, "member", &leave, "no booking of yours");
    gives(&studio, "staff", &leave, "cancelled");
    gives(&studio, "member", "select count(*) from my_bookings where status = 'waiting'", "0");
    gives(&studio, "member", "select kind from notifications where read_at is null", "waitlist_promoted");
    let missed = "select b.status from (
            select b.id from bookings b join class_schedules s on s.id = b.class_schedule_id
            where b.status = 'no_show' order by s.starts_at desc limit 1
        ) n, set_attendance(n.id, 'attended') b";
    gives(&studio, "instructor", missed, "attended");
    gives(&studio, "staff", missed, "attended");
    let stand_in = "select status from accept_substitution((select id from substitute_requests where status = 'open'))";
    refuses(&studio, "instructor", stand_in, "not available for this class");
    gives(&studio, "substitute", stand_in, "filled");
    gives(&studio, "owner", CLEAN, "0");
}

#[test]
fn what_runs_every_day_finds_only_what_is_due() {
    let studio = studio();
    let day = asks(&studio, "owner", &format!("select {TODAY}")).unwrap();
    let plan = format!(
        "select count(*) filter (where outcome not in ('exists', 'cancelled', 'closed')), count(*) > 90
         from class_series s, generate_class_schedules(s.id, '{day}'::date + 28) g"
    );
    gives(&studio, "admin", &plan, "0|t");
    let bill = format!("select private.run_billing_cycle('{day}')");
    gives(&studio, "owner", &bill, "1");
    gives(&studio, "owner", &bill, "0");
    let pay = "select status from (select i.id, i.total_amount from invoices i join members m on m.id = i.member_id
            where i.status = 'open' and m.email = 'simon.keller@example.com') i,
        record_payment(i.total_amount, 'cash', invoice_id => i.id)";
    gives(&studio, "staff", pay, "captured");
    let credits =
        "select status, classes_remaining from member_packages where member_id = md5('yoga member simon-keller')::uuid";
    gives(&studio, "staff", credits, "active|5");
    gives(&studio, "owner", "select private.complete_finished_classes() < 10", "t");
    gives(&studio, "owner", CLEAN, "0");
}
