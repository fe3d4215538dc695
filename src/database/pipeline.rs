//! Requests that travel together: all are sent before the first answer is awaited, so that they cost one round trip.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::future::{MaybeDone, maybe_done};
use futures_util::{SinkExt, StreamExt};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, SimpleQueryMessage};

/// A bound value with its type, so that a statement needs no round trip of its own to be prepared.
pub type Param<'a> = (&'a (dyn ToSql + Sync), Type);

/// Something to send. All parts of one call travel together; the server runs them in order.
pub enum Part<'a> {
    /// One or more statements without values.
    Sql(&'a str),
    /// One statement with bound values.
    Bound(&'a str, Vec<Param<'a>>),
    /// `COPY … FROM STDIN` and its data. Does not travel together with others.
    Copy(&'a str, &'a [u8]),
}

/// Where in a call something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Index of the part.
    pub part: usize,
    /// How many of the part's statements were complete.
    pub statements: usize,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + 'a>>;

/// Sends every part before waiting for the first answer (COPY apart), then collects the answers in order.
pub(super) async fn send_all(
    client: &Client,
    parts: &[Part<'_>],
    place: &Cell<Place>,
) -> Result<Vec<u64>, tokio_postgres::Error> {
    let mut answers: Vec<Answer<'_>> = Vec::with_capacity(parts.len());
    let mut counts = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Sql(sql) => answers.push(Box::pin(simple(client, sql, place))),
            Part::Bound(sql, params) => answers.push(Box::pin(client.execute_typed(sql, params))),
            Part::Copy(sql, data) => {
                collect(&mut answers, &mut counts, place).await?;
                counts.push(copy(client, sql, data).await?);
                place.set(Place { part: counts.len(), statements: 0 });
            }
        }
    }
    collect(&mut answers, &mut counts, place).await?;
    Ok(counts)
}

/// Awaits answers in order after polling each once, which is what sends it. Returns the first error, but only after
/// all answers have come, so that the session is in step again.
async fn collect(
    answers: &mut Vec<Answer<'_>>,
    counts: &mut Vec<u64>,
    place: &Cell<Place>,
) -> Result<(), tokio_postgres::Error> {
    let mut early: Vec<Option<Result<u64, tokio_postgres::Error>>> = poll_fn(|cx| {
        Poll::Ready(
            answers
                .iter_mut()
                .map(|a| match a.as_mut().poll(cx) {
                    Poll::Ready(value) => Some(value),
                    Poll::Pending => None,
                })
                .collect(),
        )
    })
    .await;
    let mut first_error = None;
    for (index, mut answer) in answers.drain(..).enumerate() {
        let result = match early.get_mut(index).and_then(Option::take) {
            Some(result) => result,
            None => answer.as_mut().await,
        };
        match (result, &first_error) {
            (Ok(count), None) => {
                counts.push(count);
                place.set(Place { part: counts.len(), statements: 0 });
            }
            (Err(error), None) => first_error = Some((error, place.get())),
            _ => {}
        }
    }
    match first_error {
        None => Ok(()),
        Some((error, at)) => {
            place.set(at);
            Err(error)
        }
    }
}

/// Sends statements without values, counting those that complete. Returns the rows affected by all of them.
async fn simple(client: &Client, sql: &str, place: &Cell<Place>) -> Result<u64, tokio_postgres::Error> {
    let stream = client.simple_query_raw(sql).await?;
    let mut stream = std::pin::pin!(stream);
    let mut rows = 0;
    while let Some(message) = stream.next().await {
        if let SimpleQueryMessage::CommandComplete(count) = message? {
            rows += count;
            let mut at = place.get();
            at.statements += 1;
            place.set(at);
        }
    }
    Ok(rows)
}

/// Pieces in which COPY data is handed to the wire, so that a large file is not copied at once.
const COPY_CHUNK: usize = 1 << 16;

async fn copy(client: &Client, sql: &str, data: &[u8]) -> Result<u64, tokio_postgres::Error> {
    let sink = client.copy_in::<_, bytes::Bytes>(sql).await?;
    let mut sink = std::pin::pin!(sink);
    for chunk in data.chunks(COPY_CHUNK) {
        sink.send(bytes::Bytes::copy_from_slice(chunk)).await?;
    }
    sink.finish().await
}

/// What one text of [`each`] was answered.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Rows that each of its statements affected or returned.
    pub counts: Vec<u64>,
    /// The rows that came back, as text.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Sends every text before the first answer is awaited. One that fails does not keep the others from being answered.
pub(super) async fn each(client: &Client, texts: &[String]) -> Vec<Result<Reply, tokio_postgres::Error>> {
    let answers = in_order(texts.iter().map(|text| client.simple_query(text))).await;
    answers.into_iter().map(|messages| messages.map(reply)).collect()
}

fn reply(messages: Vec<SimpleQueryMessage>) -> Reply {
    let mut reply = Reply::default();
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                reply.rows.push((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect());
            }
            SimpleQueryMessage::CommandComplete(count) => reply.counts.push(count),
            _ => {}
        }
    }
    reply
}

/// Awaits futures in order, each of which was polled once before: that is what sends its request.
async fn in_order<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut outputs = Vec::new();
    for mut future in sent(futures).await {
        future.as_mut().await;
        outputs.extend(future.as_mut().take_output());
    }
    outputs
}

/// Polls each future once in order.
async fn sent<F: Future>(futures: impl Iterator<Item = F>) -> Vec<Pin<Box<MaybeDone<F>>>> {
    let mut pending: Vec<_> = futures.map(|future| Box::pin(maybe_done(future))).collect();
    poll_fn(|cx| {
        for future in &mut pending {
            let _ = future.as_mut().poll(cx);
        }
        Poll::Ready(())
    })
    .await;
    pending
}

/// Sends all queries, then hands out their rows as they come. Ends at the first error; what comes after it is left unread.
pub(super) async fn each_row(
    client: &Client,
    queries: &[&str],
    mut each: impl FnMut(usize, Row),
) -> Result<(), tokio_postgres::Error> {
    let none = std::iter::empty::<Param<'_>>;
    let requests = queries.iter().map(|sql| client.query_typed_raw(sql, none()));
    for (query, mut request) in sent(requests).await.into_iter().enumerate() {
        request.as_mut().await;
        let Some(rows) = request.as_mut().take_output() else { continue };
        let mut rows = std::pin::pin!(rows?);
        while let Some(row) = rows.next().await {
            each(query, row?);
        }
    }
    Ok(())
}

/// How long one query in a transaction of its own took, as the client sees it.
#[derive(Clone, Copy, Debug)]
pub struct Timed {
    /// From the moment in which the query was sent to the end of its rows.
    pub query: Duration,
    /// From before the transaction began until it had ended.
    pub transaction: Duration,
    /// Rows that it returned, or changed.
    pub rows: u64,
}

/// Begins a transaction and waits for that, so that the query's own time is nothing else's; then sends the query together with
/// what ends the transaction.
pub(super) async fn timed(
    client: &Client,
    enter: &str,
    query: &str,
    leave: &str,
) -> Result<Timed, tokio_postgres::Error> {
    let begun = Instant::now();
    if let Err(error) = client.batch_execute(enter).await {
        // It may have begun, and failed behind that.
        drop(client.batch_execute("ROLLBACK").await);
        return Err(error);
    }
    let sent = Instant::now();
    let asking = async {
        let mut answer = std::pin::pin!(client.simple_query_raw(query).await?);
        let (mut rows, mut took) = (0, Duration::ZERO);
        while let Some(message) = answer.next().await {
            if let SimpleQueryMessage::CommandComplete(count) = message? {
                (rows, took) = (count, sent.elapsed());
            }
        }
        Ok((rows, took))
    };
    let (asked, left) = tokio::join! { biased; asking, client.batch_execute(leave) };
    let (rows, query) = asked?;
    left?;
    Ok(Timed { query, transaction: begun.elapsed(), rows })
}
