//! A service that embeds refinery: runs its migrations when it starts, then tells what it ran and what it sees as applied.
//!
//! `refinery-service sync|async FOLDER URL TABLE`; TABLE is refinery's own default when it is `-`.

use std::error::Error;
use std::process::ExitCode;

use refinery::{Migration, Report, Runner, load_sql_migrations};

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // refinery's own words first; the server's are only in the second form.
            eprintln!("{error}\n{error:?}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how, folder, url, table] = arguments.as_slice() else { return Err("how, folder, url, table?".into()) };
    let mut runner = Runner::new(&load_sql_migrations(folder)?);
    if table != "-" {
        runner.set_migration_table_name(table);
    }
    let (report, applied) = if how == "async" { concurrent(&runner, url)? } else { blocking(&runner, url)? };
    for migration in report.applied_migrations() {
        println!("ran {}", tell(migration));
    }
    for migration in &applied {
        println!("has {}", tell(migration));
    }
    Ok(())
}

fn tell(migration: &Migration) -> String {
    format!("{} {} {}", migration.version(), migration.name(), migration.checksum())
}

fn blocking(runner: &Runner, url: &str) -> Result<(Report, Vec<Migration>), Box<dyn Error>> {
    let mut client = postgres::Client::connect(url, postgres::NoTls)?;
    let report = runner.run(&mut client)?;
    Ok((report, runner.get_applied_migrations(&mut client)?))
}

fn concurrent(runner: &Runner, url: &str) -> Result<(Report, Vec<Migration>), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let (mut client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let report = runner.run_async(&mut client).await?;
        Ok((report, runner.get_applied_migrations_async(&mut client).await?))
    })
}
