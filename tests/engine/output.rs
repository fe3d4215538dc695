//! What people and scripts see.

use crate::project::Project;

#[test]
fn results_are_on_stdout_and_everything_else_on_stderr() {
    let project = Project::new();
    project.tables(1);
    let ran = project.migrate(&["up"]).ok();
    assert_eq!(ran.stdout.lines().count(), 1, "{}", ran.stdout);
    assert!(ran.stderr.starts_with("target: postgres"), "{}", ran.stderr);
    assert_eq!(project.migrate(&["up", "--quiet"]).ok().stderr, "");
}

#[test]
fn every_command_has_help_with_examples() {
    let project = Project::new();
    let help = project.migrate(&["--help"]).ok();
    let commands = [
        "up",
        "down",
        "redo",
        "status",
        "plan",
        "verify",
        "history",
        "release",
        "new",
        "lint",
        "repair",
        "baseline",
        "db",
        "completions",
        "man",
    ];
    for command in commands {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command}");
        let ran = project.migrate(&[command, "--help"]).ok();
        assert!(ran.stdout.contains("Examples:\n  migrate "), "{command}: {}", ran.stdout);
    }
}

#[test]
fn json_is_one_document_also_for_errors() {
    let project = Project::new();
    project.tables(1).pair("002_bad", "SELECT 1/0;", "SELECT 1;");
    let document = project.migrate(&["up", "--json"]).code(1).json();
    assert_eq!(document["error"]["kind"], "failed");
    assert_eq!(document["error"]["exit_code"], 1);
    assert_eq!(document["done"][0]["label"], "001_t1");
    for arguments in [
        &["status", "--json"][..],
        &["plan", "--json"],
        &["history", "--json"],
        &["verify", "--json"],
        &["down", "--dry-run", "--json"],
    ] {
        assert!(project.migrate(arguments).json().is_object(), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_2() {
    let project = Project::new();
    project.migrate(&["upp"]).code(2);
    project.migrate(&["up", "--to", "x"]).code(2);
    project.migrate(&["up", "--url", "mysql://x"]).code(2);
    project.migrate(&["repair"]).code(2);
    project.migrate(&["release", " "]).code(2).says("is no name for a release");
    assert_eq!(project.migrate(&["upp", "--json"]).code(2).json()["error"]["kind"], "usage");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let project = Project::new();
    project.tables(200);
    let mut child = project.start(&["plan"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !stderr.contains("panicked"), "{stderr}");
    let mut child = project.start(&["completions", "bash"]);
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_a_server_says_cannot_drive_the_terminal() {
    let project = Project::new();
    project.pair("001_a", "DO $$ BEGIN RAISE NOTICE E'\\x1b[2Jcleared'; END $$;", "SELECT 1;");
    let ran = project.migrate(&["up"]).ok();
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}

#[test]
fn completions_and_man_pages_are_there() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish"] {
        project.migrate(&["completions", shell]).ok().prints("migrate");
    }
    project.migrate(&["man"]).ok().prints(".TH migrate 1");
    let pages = project.path().join("man");
    project.migrate(&["man", "--out", pages.to_str().unwrap()]).ok();
    assert!(pages.join("migrate-down.1").exists());
}
