//! Opening a connection as libpq would: host by host, address by address, with TLS as `sslmode` asks.
//!
//! Nothing is spawned: the caller drives [`Connected::connection`] by polling it. tokio-postgres could walk the hosts
//! itself, but then an error would not tell which of them said what, and nothing would bound the whole greeting.

use std::net::IpAddr;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use rand::seq::SliceRandom as _;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode as Negotiation};
use tokio_postgres::tls::TlsStream;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::failure::{self, Attempt, Failure};
use super::tls;
use crate::config::{ConnectOptions, SslMode};

/// Used when the options name no timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a server that is starting up is asked again.
const STARTING_UP_WAIT: Duration = Duration::from_secs(30);
/// Addresses tried for one host name.
const ADDRESSES_MOST: usize = 8;

/// What the server sends on its own accord; polling it also moves every request and answer.
pub type Messages = Pin<Box<dyn Stream<Item = Result<AsyncMessage, tokio_postgres::Error>>>>;

/// An open connection.
pub struct Connected {
    /// Sends requests. Nothing moves unless `connection` is polled too.
    pub client: Client,
    /// To be polled along with every request.
    pub connection: Messages,
    /// Interrupts what runs on this connection.
    pub canceller: Canceller,
}

/// Asks the server to interrupt what runs on a connection, over a second one with the same TLS settings.
#[derive(Clone)]
pub struct Canceller {
    token: CancelToken,
    tls: MakeRustlsConnect,
    timeout: Duration,
}

impl Canceller {
    /// Sends the request. That it was sent does not mean that anything was interrupted: the connection itself tells.
    ///
    /// # Errors
    /// When the server cannot be reached in time.
    pub async fn cancel(&self) -> anyhow::Result<()> {
        match timeout(self.timeout, self.token.cancel_query(self.tls.clone())).await {
            Ok(sent) => sent.map_err(|error| anyhow::anyhow!("ask the server to cancel: {}", failure::chain(&error))),
            Err(_) => anyhow::bail!("ask the server to cancel: no answer within {} s", self.timeout.as_secs()),
        }
    }
}

/// Opens a connection, trying the hosts in order. A server that is starting up is asked again for up to 30 s, one whose
/// connections are all taken for as long as the options say.
///
/// # Errors
/// Names host and port, what they said, and what would mend it. Never the password.
pub async fn open(options: &ConnectOptions) -> anyhow::Result<Connected> {
    let tls = tls::connector(options)?;
    let begin = Instant::now();
    let mut pause = Duration::from_millis(50);
    loop {
        let attempts = match open_any(options, &tls).await {
            Ok(connected) => return Ok(connected),
            Err(attempts) => attempts,
        };
        let any = |kind: fn(&Failure) -> bool| attempts.iter().any(|attempt| kind(&attempt.failure));
        let wait = if any(Failure::is_starting_up) {
            STARTING_UP_WAIT
        } else if any(Failure::is_full) {
            options.full_wait
        } else {
            Duration::ZERO
        };
        if begin.elapsed() + pause > wait {
            return Err(failure::explain(options, &attempts).into());
        }
        // Jitter keeps two hundred that wait for a connection from asking at the same instant.
        sleep(pause.mul_f64(rand::random_range(0.5..1.5))).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// The first host that lets us in. As in libpq, one that answers and refuses ends the search, unless it is starting up.
async fn open_any(options: &ConnectOptions, tls: &MakeRustlsConnect) -> Result<Connected, Vec<Attempt>> {
    let mut order: Vec<usize> = (0..options.config.get_hosts().len()).collect();
    if options.config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        order.shuffle(&mut rand::rng());
    }
    let mut attempts = Vec::new();
    for at in order {
        match open_host(options, at, tls).await {
            Ok(connected) => return Ok(connected),
            Err(failed) => attempts.extend(failed),
        }
        if attempts.last().is_some_and(|attempt| attempt.failure.is_final()) {
            break;
        }
    }
    Err(attempts)
}

/// Tries every address of one host.
async fn open_host(options: &ConnectOptions, at: usize, tls: &MakeRustlsConnect) -> Result<Connected, Vec<Attempt>> {
    let endpoint = Endpoint::new(options, at);
    let failed = |failure| Attempt { place: endpoint.name(), host: endpoint.host.clone(), failure };
    let addresses = endpoint.addresses(options).await.map_err(|failure| vec![failed(failure)])?;
    let mut attempts = Vec::new();
    for address in addresses {
        match open_address(options, &endpoint, address, tls).await {
            Ok(connected) => return Ok(connected),
            Err(failure) => attempts.push(failed(failure)),
        }
        if attempts.last().is_some_and(|attempt| attempt.failure.is_final()) {
            break;
        }
    }
    Err(attempts)
}

/// Tries one address with TLS, without, or one after the other, as `sslmode` says.
async fn open_address(
    options: &ConnectOptions,
    endpoint: &Endpoint,
    address: Option<IpAddr>,
    tls: &MakeRustlsConnect,
) -> Result<Connected, Failure> {
    let (first, second) = match (&endpoint.host, options.ssl_mode) {
        // libpq uses no TLS on sockets either: the kernel guards them.
        (Host::Unix(_), _) | (_, SslMode::Disable) => (Negotiation::Disable, None),
        (_, SslMode::Allow) => (Negotiation::Disable, Some(Negotiation::Require)),
        (_, SslMode::Prefer) => (Negotiation::Prefer, Some(Negotiation::Disable)),
        _ => (Negotiation::Require, None),
    };
    let failure = match greet(&endpoint.config(options, address, first), tls).await {
        Ok(connected) => return Ok(connected),
        Err(failure) => failure,
    };
    let Some(second) = second.filter(|_| failure.may_differ_with_other_encryption()) else { return Err(failure) };
    match greet(&endpoint.config(options, address, second), tls).await {
        Ok(connected) => Ok(connected),
        // Both ways were refused: what the preferred one said tells more.
        Err(again) if options.ssl_mode == SslMode::Prefer && again.may_differ_with_other_encryption() => Err(failure),
        Err(again) => Err(again),
    }
}

/// From the first packet to the server's "ready", within `connect_timeout`.
async fn greet(config: &Config, tls: &MakeRustlsConnect) -> Result<Connected, Failure> {
    let limit = config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
    match timeout(limit, config.connect(tls.clone())).await {
        Ok(Ok((client, connection))) => {
            let canceller = Canceller { token: client.cancel_token(), tls: tls.clone(), timeout: limit };
            Ok(Connected { client, connection: messages(connection), canceller })
        }
        Ok(Err(error)) => Err(Failure::Driver(error)),
        Err(_) => Err(Failure::TimedOut(limit)),
    }
}

/// One host of several, with its port.
struct Endpoint {
    at: usize,
    host: Host,
    port: u16,
}

impl Endpoint {
    fn new(options: &ConnectOptions, at: usize) -> Self {
        let ports = options.config.get_ports();
        let host = options.config.get_hosts().get(at).cloned().unwrap_or_else(|| Host::Tcp("localhost".to_owned()));
        Self { at, host, port: ports.get(at).or(ports.first()).copied().unwrap_or(5432) }
    }

    /// As a person would name it.
    fn name(&self) -> String {
        match &self.host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Host::Tcp(name) => format!("{name}:{}", self.port),
            Host::Unix(folder) => folder.join(format!(".s.PGSQL.{}", self.port)).display().to_string(),
        }
    }

    /// The addresses to try; `None` stands for a socket.
    async fn addresses(&self, options: &ConnectOptions) -> Result<Vec<Option<IpAddr>>, Failure> {
        let name = match &self.host {
            Host::Unix(_) => return Ok(vec![None]),
            Host::Tcp(name) => name,
        };
        if let Some(address) = options.config.get_hostaddrs().get(self.at) {
            return Ok(vec![Some(*address)]);
        }
        let limit = options.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let lookup = tokio::net::lookup_host((name.as_str(), self.port));
        let found =
            timeout(limit, lookup).await.map_err(|_| Failure::TimedOut(limit))?.map_err(Failure::NotResolved)?;
        let mut addresses: Vec<Option<IpAddr>> = found.map(|address| Some(address.ip())).collect();
        addresses.dedup();
        addresses.truncate(ADDRESSES_MOST);
        if addresses.is_empty() {
            return Err(Failure::NotResolved(std::io::Error::other("it has no address")));
        }
        Ok(addresses)
    }

    /// The options narrowed to this host and address.
    fn config(&self, options: &ConnectOptions, address: Option<IpAddr>, negotiation: Negotiation) -> Config {
        let all = &options.config;
        let mut one = Config::new();
        match &self.host {
            Host::Tcp(name) => one.host(name),
            Host::Unix(folder) => one.host_path::<&Path>(folder),
        };
        if let Some(address) = address {
            one.hostaddr(address);
        }
        one.port(self.port).ssl_mode(negotiation);
        if negotiation == Negotiation::Require {
            one.ssl_negotiation(all.get_ssl_negotiation());
        }
        let of_host = options.host_passwords.get(self.at).and_then(Option::as_deref).map(str::as_bytes);
        if let Some(password) = all.get_password().or(of_host) {
            one.password(password);
        }
        let of_host = options.host_users.get(self.at).and_then(Option::as_deref);
        if let Some(user) = of_host.or(all.get_user()) {
            one.user(user);
        }
        if let Some(name) = all.get_dbname() {
            one.dbname(name);
        }
        if let Some(options) = all.get_options() {
            one.options(options);
        }
        if let Some(name) = all.get_application_name() {
            one.application_name(name);
        }
        one.connect_timeout(all.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT));
        if let Some(limit) = all.get_tcp_user_timeout() {
            one.tcp_user_timeout(*limit);
        }
        one.keepalives(all.get_keepalives()).keepalives_idle(all.get_keepalives_idle());
        if let Some(interval) = all.get_keepalives_interval() {
            one.keepalives_interval(interval);
        }
        if let Some(count) = all.get_keepalives_retries() {
            one.keepalives_retries(count);
        }
        one.target_session_attrs(all.get_target_session_attrs()).channel_binding(all.get_channel_binding());
        one
    }
}

/// A connection, with TLS or without, as one type.
struct Driven<T>(Connection<Socket, T>);

impl<T: TlsStream + Unpin> Stream for Driven<T> {
    type Item = Result<AsyncMessage, tokio_postgres::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_message(cx)
    }
}

fn messages<T: TlsStream + Unpin + 'static>(connection: Connection<Socket, T>) -> Messages {
    Box::pin(Driven(connection))
}
