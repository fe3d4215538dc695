//! Many at once on a server that has no template yet.

use crate::{cluster, databases, project_on, template, value};

/// Far more than the server has connections for: 60, of which some are kept for superusers.
const REQUESTS: usize = 100;

#[test]
fn a_hundred_at_once_build_one_template() {
    let cluster = cluster();
    let project = project_on(&cluster);
    // So slow that all of them find it unfinished.
    project.pair("002_slow", "select pg_sleep(1);\n", "select;\n");
    let children: Vec<_> = (0..REQUESTS).map(|_| project.start(&["db", "clone"])).collect();
    let mut urls = Vec::new();
    let mut builders = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        builders += usize::from(said.contains("built migrate_template_"));
        urls.push(String::from_utf8(output.stdout).unwrap().trim().to_owned());
    }
    assert_eq!(builders, 1);
    let _ = template(&cluster);
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), REQUESTS, "each has its own");
    assert_eq!(value(&urls[0], "select count(*) from migrate.journal where event = 'applied'"), "2", "built once");
    assert_eq!(databases(&cluster, "migrate\\_build%"), [""; 0]);
}
