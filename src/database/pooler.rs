//! A pooler that hands each transaction another session is recognised by what it does, and refused.
//!
//! The runner's lock and the settings of its session live in one server process. A pooler between us and it shows in the
//! greeting: the process id that comes with the key for cancelling is not `pg_backend_pid()`, since a pooler makes keys
//! of its own. Only then is it asked how it works: a few more connections hold transactions open, and in session mode
//! none of them can be in the process that we had, nor can ours change.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::{Client, Config, SimpleQueryMessage};

use super::connect::{Messages, open};
use crate::config::ConnectOptions;
use crate::error::{Error, Kind};

/// Connections that hold a transaction open at the same time.
const PROBES: usize = 3;
/// How long one of them, or our own, is waited for.
const PROBE_WAIT: Duration = Duration::from_secs(3);
/// Where Supabase's pooler listens for transaction mode: asked how it works whatever its keys say.
const SUPAVISOR_PORT: u16 = 6543;

/// Refuses a pooler in transaction or statement mode. `backend_pid` is what `pg_backend_pid()` said on this connection,
/// outside of a transaction. A direct connection costs nothing here; a pooler a few connections, and at most 10 s.
///
/// # Errors
/// [`Kind::Usage`], with the URL to use instead where it is known.
pub async fn check(
    options: &ConnectOptions,
    client: &Client,
    connection: &mut Messages,
    backend_pid: i32,
) -> anyhow::Result<()> {
    let suspicious = options.config.get_ports().contains(&SUPAVISOR_PORT);
    if !suspicious && key_pid(client).is_none_or(|pid| pid == backend_pid) {
        return Ok(());
    }
    if keeps_session(options, client, connection, backend_pid).await {
        return Ok(());
    }
    Err(refusal(options, client, connection).await.into())
}

/// The process id that the server gave with the key for cancelling. tokio-postgres does not show it, but writes it into
/// a request to cancel, and that goes wherever we like.
#[must_use]
pub fn key_pid(client: &Client) -> Option<i32> {
    let mut written = Vec::new();
    client.cancel_token().cancel_query_raw(Recorder(&mut written), Unencrypted).now_or_never()?.ok()?;
    // Length, code, process id and secret, after the request for TLS if there is one.
    let request = written.last_chunk::<16>()?;
    Some(i32::from_be_bytes([request[8], request[9], request[10], request[11]]))
}

/// Runs one statement without values on a connection that nobody else drives; gives the last row's first value.
///
/// # Errors
/// The server's or the connection's own.
pub async fn ask(
    client: &Client,
    connection: &mut Messages,
    sql: &str,
) -> Result<Option<String>, tokio_postgres::Error> {
    let mut answer = pin!(client.simple_query(sql));
    let mut ended = None;
    let messages = poll_fn(|cx| {
        while ended.is_none() {
            match connection.as_mut().poll_next_unpin(cx) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(end) => ended = Some(end.and_then(Result::err)),
                Poll::Pending => break,
            }
        }
        answer.as_mut().poll(cx)
    })
    .await;
    // Why the connection ended says more than that it did.
    let messages = match (messages, ended.flatten()) {
        (Err(error), Some(end)) if error.is_closed() => return Err(end),
        (messages, _) => messages?,
    };
    let value = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
        _ => None,
    };
    Ok(messages.iter().rev().find_map(value))
}

async fn keeps_session(options: &ConnectOptions, client: &Client, connection: &mut Messages, ours: i32) -> bool {
    let mut probes: FuturesUnordered<_> = (0..PROBES).map(|_| timeout(PROBE_WAIT, Probe::start(options))).collect();
    let mut held = Vec::new();
    let mut kept = true;
    while let Some(ended) = probes.next().await {
        match ended {
            Ok(Start::Held(probe)) => {
                kept &= probe.pid != ours;
                held.push(probe);
            }
            Ok(Start::NoTransactions) => kept = false,
            // It waits for a session because all are taken, ours among them, or it is refused: no evidence.
            Ok(Start::Failed) | Err(_) => {}
        }
        if !kept {
            break;
        }
    }
    if kept {
        let now = timeout(PROBE_WAIT, ask(client, connection, PID)).await;
        // No answer in time: those that hold transactions have taken what was ours.
        kept = matches!(now, Ok(Ok(Some(pid))) if pid.parse() == Ok(ours));
    }
    for probe in held {
        probe.end().await;
    }
    kept
}

const PID: &str = "select pg_catalog.pg_backend_pid()";

/// A connection that holds a transaction open.
struct Probe {
    client: Client,
    connection: Messages,
    pid: i32,
}

enum Start {
    Held(Probe),
    /// A pooler in statement mode.
    NoTransactions,
    Failed,
}

impl Probe {
    async fn start(options: &ConnectOptions) -> Start {
        let Ok(connected) = open(options).await else { return Start::Failed };
        let (client, mut connection) = (connected.client, connected.connection);
        if let Err(error) = ask(&client, &mut connection, "begin").await {
            let said = error.as_db_error().map(|error| error.message().to_owned()).unwrap_or_default();
            return if said.contains("statement pooling") { Start::NoTransactions } else { Start::Failed };
        }
        match ask(&client, &mut connection, PID).await {
            Ok(Some(pid)) => pid.parse().map_or(Start::Failed, |pid| Start::Held(Probe { client, connection, pid })),
            _ => Start::Failed,
        }
    }

    /// Gives the server process back in order; a pooler throws it away otherwise.
    async fn end(mut self) {
        let _ = timeout(Duration::from_secs(1), ask(&self.client, &mut self.connection, "rollback")).await;
    }
}

/// Refuses what its address tells to be a pooler in transaction mode: Supabase's, on port 6543. Before anything connects.
///
/// # Errors
/// [`Kind::Usage`], with the URL to use instead.
pub fn refuse_known(options: &ConnectOptions) -> Result<(), Error> {
    let supabase = |host: &Host| {
        let Host::Tcp(name) = host else { return false };
        name.ends_with(".pooler.supabase.com") || (name.starts_with("db.") && name.ends_with(".supabase.co"))
    };
    let hosts = options.config.get_hosts().iter().zip(options.config.get_ports());
    if !hosts.into_iter().any(|(host, port)| supabase(host) && *port == SUPAVISOR_PORT) {
        return Ok(());
    }
    let url = options.to_url(false).replace(":6543", ":5432");
    Err(refused(options).hint(format!("use the same host's session mode: {url}")))
}

fn refused(options: &ConnectOptions) -> Error {
    let message = format!("{} is a pooler in transaction mode, which keeps no session", options.describe());
    Error::new(Kind::Usage, message)
}

async fn refusal(options: &ConnectOptions, client: &Client, connection: &mut Messages) -> Error {
    if let Err(error) = refuse_known(options) {
        return error;
    }
    let error = refused(options).hint("use the server's own address, or the pooler's session mode");
    let place = "select pg_catalog.host(pg_catalog.inet_server_addr()) || ' ' || pg_catalog.inet_server_port()";
    match timeout(PROBE_WAIT, ask(client, connection, place)).await {
        Ok(Ok(Some(place))) => match at_address(options, &place) {
            Some(direct) => {
                error.hint(format!("the server behind it says that its own URL is {}", direct.to_url(false)))
            }
            None => error,
        },
        _ => error,
    }
}

/// The same options at "address port".
fn at_address(options: &ConnectOptions, place: &str) -> Option<ConnectOptions> {
    let (address, port) = place.split_once(' ')?;
    let mut config = Config::new();
    config.host(address).port(port.parse().ok()?);
    config.user(options.config.get_user()?).dbname(options.config.get_dbname()?);
    Some(ConnectOptions { config, host_passwords: Vec::new(), host_users: Vec::new(), ..options.clone() })
}

/// A stream that keeps what is written and answers every request for TLS with yes.
struct Recorder<'a>(&'a mut Vec<u8>);

impl AsyncRead for Recorder<'_> {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if buffer.remaining() > 0 {
            buffer.put_slice(b"S");
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Recorder<'_> {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl TlsStream for Recorder<'_> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

/// Stands for TLS on a [`Recorder`]: nothing leaves the process.
struct Unencrypted;

impl<'a> TlsConnect<Recorder<'a>> for Unencrypted {
    type Stream = Recorder<'a>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Recorder<'a>>>;

    fn connect(self, stream: Recorder<'a>) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}
