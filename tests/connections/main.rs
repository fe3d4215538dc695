//! Connections at library level, with real servers: TLS and its certificates, passwords, sockets, poolers, refusals.
#![expect(clippy::unwrap_used, clippy::panic, reason = "whatever fails here fails the test")]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other suites use what this one does not")]
mod support;

#[path = "../support/bouncer.rs"]
mod bouncer;
#[path = "../support/certificates.rs"]
mod certificates;
mod oracle;
mod passwords;
mod places;
mod poolers;
mod tls;

use std::future::Future;

use anyhow::Result;
use counterpose::config::{ConnectOptions, Environment, connect_options};
use counterpose::database::connect::open;
use counterpose::database::pooler;
use counterpose::error::{Kind, find, kind_of};
use support::{Cluster, Setup};

/// An environment with a home of its own and no variables.
fn env() -> Environment {
    let mut env = Environment::empty("/");
    env.user = Some("postgres".to_owned());
    env
}

fn options_in(url: &str, env: &Environment) -> Result<ConnectOptions> {
    connect_options(url, "--url", &env.current_dir, env, &mut Vec::new())
}

fn options(url: &str) -> ConnectOptions {
    options_in(url, &env()).unwrap()
}

/// Runs something to its end in a runtime such as the program's.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Connects and asks one thing.
fn ask(options: &ConnectOptions, sql: &str) -> Result<String> {
    run(async {
        let mut connected = open(options).await?;
        Ok(pooler::ask(&connected.client, &mut connected.connection, sql).await?.unwrap_or_default())
    })
}

/// Why a connection cannot be opened, hints included.
fn refused(options: &ConnectOptions) -> String {
    let error = ask(options, "select 1").err().unwrap();
    assert_eq!(kind_of(&error), Kind::Failed, "{error:#}");
    let error = find(&error).unwrap();
    format!("{}\n{}", error.message, error.hints.join("\n"))
}
