//! The demo data of the bundled project.

use crate::project::Project;

#[test]
fn both_verticals_are_seeded_twice_and_taken_away() {
    let project = Project::new();
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["up", "--stand-in"]).ok();
    let counts = "select string_agg(format('%s.%s %s', n.nspname, c.relname, (xpath('//n/text()', query_to_xml(format(
        'select count(*) as n from %I.%I', n.nspname, c.relname), true, true, '')))[1]), E'\\n' order by 1)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname in ('public', 'auth', 'private')";
    let empty = project.value(counts);
    project.migrate(&["seed", "all"]).ok().prints("coffee-shop: ").prints("yoga-studio: ");
    assert_eq!(project.value("select count(*) from private.check_invariants()"), "0");
    project.migrate(&["seed", "all"]).ok().prints("coffee-shop: nothing changed\nyoga-studio: nothing changed\n");
    project.migrate(&["seed", "coffee-shop", "--reset", "--yes"]).ok();
    assert_eq!(project.value("select count(*) from private.check_invariants()"), "0");
    project.migrate(&["seed", "yoga-studio", "--reset", "--yes"]).ok();
    assert_eq!(project.value(counts), empty, "a reset leaves nothing");
    project.migrate(&["seed", "yoga-studio"]).ok().prints("yoga-studio: ");
}
