//! The GitHub Action: its script as a runner calls it.

use std::process::{Command, Output};

use crate::project::Project;
use crate::{cluster, project_on, value};

/// Runs the script with inputs; what it wrote to the runner's files is in the project's folder.
fn act(project: &Project, inputs: &[(&str, &str)]) -> Output {
    let mut command = Command::new("bash");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/action")).env_clear().env("PATH", "/usr/bin:/bin");
    command.env("HOME", project.path()).env("INPUT_MIGRATE", env!("CARGO_BIN_EXE_migrate"));
    command.env("INPUT_DIRECTORY", project.path());
    for name in ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"] {
        command.env(name, project.path().join(name));
    }
    let output = command.envs(inputs.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The value that a step left for those that follow.
fn left(project: &Project, file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(project.path().join(file)).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
    line.unwrap_or_else(|| panic!("{name} is not in {file}: {text}")).to_owned()
}

#[test]
fn databases_on_a_given_server_are_told_to_the_steps_that_follow() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let output = act(&project, &[("INPUT_URL", &project.url), ("INPUT_COUNT", "2")]);
    let (first, second) =
        (left(&project, "GITHUB_ENV", "DATABASE_URL_1"), left(&project, "GITHUB_ENV", "DATABASE_URL_2"));
    assert_eq!(left(&project, "GITHUB_ENV", "DATABASE_URL"), first);
    assert_eq!(left(&project, "GITHUB_OUTPUT", "url"), first);
    let urls: Vec<String> = serde_json::from_str(&left(&project, "GITHUB_OUTPUT", "urls")).unwrap();
    assert_eq!(urls, [first.clone(), second]);
    assert_eq!(value(&first, "select count(*) from t1"), "0");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.lines().all(|line| line.starts_with("::add-mask::")), "{printed}");
    let program = std::fs::read_to_string(project.path().join("GITHUB_PATH")).unwrap();
    assert!(std::path::Path::new(program.trim()).join("migrate").exists(), "{program}");
}

#[test]
fn without_a_server_one_in_memory_is_started() {
    let project = Project::on(String::new());
    project.tables(1);
    std::fs::set_permissions(project.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    act(&project, &[]);
    let url = left(&project, "GITHUB_ENV", "DATABASE_URL");
    assert_eq!(value(url.trim_end_matches("&sslmode=disable"), "show fsync"), "off");
    // The last step of a job on a machine that stays: an empty variable is none.
    let stopped = project.command(&["db", "stop"]).env("DATABASE_URL", "").output().unwrap();
    assert_eq!(String::from_utf8(stopped.stdout).unwrap(), "stopped\n");
}

#[test]
fn every_input_of_the_action_reaches_the_script() {
    let action = include_str!("../../action.yml");
    let script = include_str!("../../scripts/action");
    for input in ["count", "url", "directory", "migrate"] {
        let variable = format!("INPUT_{}", input.to_uppercase());
        assert!(action.contains(&format!("  {input}:\n")), "{input}");
        assert!(action.contains(&format!("{variable}: ${{{{ inputs.{input} }}}}")), "{input}");
        assert!(script.contains(&format!("${{{variable}:-")), "{variable}");
    }
}
