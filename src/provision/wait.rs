//! Waiting until a database accepts queries: in CI, a server that was started a moment ago.

use std::time::{Duration, Instant};

use crate::config::ConnectOptions;
use crate::database::connect;
use crate::database::interrupt::Interrupt;
use crate::database::session::Session;
use crate::error::{Error, Kind};

const PAUSE: Duration = Duration::from_millis(100);

/// Waits until a query is answered, at most `limit`: how long it took.
///
/// # Errors
/// When it was not, with what stood in the way at last.
pub async fn ready(options: &ConnectOptions, interrupt: &Interrupt, limit: Duration) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    loop {
        let left = limit.saturating_sub(begin.elapsed()).max(PAUSE);
        let error = tokio::select! {
            biased;
            asked = tokio::time::timeout(left, ask(options, interrupt)) => match asked {
                Ok(Ok(())) => return Ok(begin.elapsed()),
                Ok(Err(error)) => error,
                Err(_) => anyhow::anyhow!("no answer"),
            },
            () = interrupt.more_than(0) => return Err(Error::new(Kind::Interrupted, "interrupted while waiting").into()),
        };
        if begin.elapsed() + PAUSE >= limit {
            let what = format!("the database did not accept queries within {} s", limit.as_secs());
            return Err(error.context(Error::new(Kind::Failed, what).hint("give it more time with `--timeout`")));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(options: &ConnectOptions, interrupt: &Interrupt) -> anyhow::Result<()> {
    let mut session = Session::new(connect::open(options).await?, interrupt.clone());
    let answer = session.simple("SELECT 1").await;
    session.close(false).await;
    answer.map(drop).map_err(Into::into)
}
