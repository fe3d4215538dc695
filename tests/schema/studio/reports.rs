//! Reports of the studio read what they show: their plans, on more rows than the fixture's.

use crate::shop::{BEN, Owner, STAFF, Shop};

/// Some years of classes at many places, and who came.
fn history() -> Shop {
    let mut shop = Shop::open();
    let many = "set local session_replication_role = replica;
        insert into class_schedules (id, location_id, class_type_id, instructor_id, scheduled_date, start_time, end_time,
          time_zone, max_participants, status, created_at)
        select md5('past ' || n)::uuid, md5('place ' || n % 20)::uuid, {type vinyasa}, md5('teacher ' || n % 20)::uuid,
          current_date - n / 20, '09:00', '10:00', 'UTC', 10, 'completed', now() - interval '4 years'
        from generate_series(1, 20000) n;
        insert into bookings (member_id, class_schedule_id, location_id, status, checked_in_at)
        select md5('member ' || n % 2000)::uuid, md5('past ' || n)::uuid, md5('place ' || n % 20)::uuid, 'attended', now()
        from generate_series(1, 20000) n";
    shop.gives(Owner, many, "20000");
    shop.attempt(Owner, "analyze class_schedules; analyze bookings").unwrap();
    shop
}

#[test]
fn some_weeks_are_found_by_place_and_week() {
    let mut shop = history();
    for view in ["class_utilization", "instructor_load"] {
        let plan = format!(
            "explain select * from {view} where location_id = md5('place 3')::uuid and week_start >= current_date - 28"
        );
        let plan = shop.attempt(STAFF, &plan).unwrap();
        assert!(plan.contains("idx_class_schedules_location_week_start"), "{plan}");
        assert!(plan.lines().any(|line| line.contains("Index Cond") && line.contains("week_start")), "{plan}");
    }
    let weeks = "select count(*) from class_schedules
        where week_start <> date_trunc('week', scheduled_date::timestamp)::date";
    shop.gives(Owner, weeks, "0");
}

#[test]
fn own_bookings_are_read_by_the_members_index() {
    let mut shop = history();
    let plan = shop.attempt(BEN, "explain select * from bookings order by created_at desc limit 20").unwrap();
    assert!(plan.contains("idx_bookings_member") && !plan.contains("Seq Scan on bookings"), "{plan}");
}

#[test]
fn a_goal_is_counted_once() {
    let mut shop = Shop::open();
    let plan = shop.attempt(BEN, "explain select * from member_goal_progress").unwrap();
    assert_eq!(plan.matches("weekly_streak").count(), 1, "{plan}");
}
