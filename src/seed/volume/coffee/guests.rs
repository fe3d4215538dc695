//! Who comes: some every day, most now and then, and a few that nobody knows by name.

use super::tables::{CUSTOMERS, POINTS};
use crate::seed::volume::calendar::DAY;
use crate::seed::volume::random::{Ids, Rng};
use crate::seed::volume::rows::{Id, Rows};

const FIRST: &[&str] = &[
    "Ada", "Amir", "Ana", "Ben", "Bea", "Carl", "Cleo", "Dana", "Dev", "Ella", "Emil", "Eva", "Finn", "Gia", "Hugo",
    "Ida", "Igor", "Ines", "Ivo", "Jana", "Jonas", "Kai", "Kim", "Lena", "Leo", "Lin", "Luis", "Maja", "Marc", "Mia",
    "Nadia", "Nils", "Noa", "Olga", "Omar", "Otis", "Pia", "Quinn", "Rosa", "Ruben", "Sara", "Sven", "Tara", "Theo",
    "Uma", "Vera", "Viktor", "Wanda", "Yusuf", "Zoe",
];
const LAST: &[&str] = &[
    "Abbott", "Adeyemi", "Alvarez", "Bauer", "Berg", "Bianchi", "Brandt", "Castro", "Chen", "Cohen", "Costa", "Dahl",
    "Dubois", "Eklund", "Evans", "Ferreira", "Fischer", "Garcia", "Haddad", "Hansen", "Ivanov", "Jensen", "Kaya",
    "Keller", "Kim", "Kovac", "Larsen", "Lopez", "Marsh", "Meyer", "Mori", "Nakamura", "Novak", "Nowak", "Okafor",
    "Olsen", "Park", "Patel", "Quist", "Reyes", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Tanaka", "Torres",
    "Varga", "Weber", "Yilmaz",
];
/// Rows of customers in a stretch.
const CHUNK: usize = 8_000;

/// Somebody who is known: what is kept of him.
#[derive(Debug)]
struct Guest {
    since: i64,
    points: i32,
    seq: i64,
    visits: i32,
    spent: i64,
    last: i64,
}

/// The guests of a shop.
#[derive(Debug)]
pub(super) struct Guests {
    all: Vec<Guest>,
    ids: Ids,
    /// The first one can sign in.
    account: Option<Id>,
    organization: Id,
    location: u32,
    /// Whose staff see them.
    visible_to: [Id; 2],
    next_seq: i64,
    points: Ids,
    entries: u64,
    written: usize,
}

/// A place in the ledger of points.
pub(super) struct Entry<'a> {
    pub(super) guest: usize,
    pub(super) kind: &'a str,
    pub(super) points: i32,
    pub(super) order: Id,
    pub(super) reward: Option<Id>,
    pub(super) reason: std::fmt::Arguments<'a>,
    pub(super) at: i64,
}

impl Guests {
    pub(super) fn new(ids: [Ids; 2], organization: Id, location: u32, account: Option<Id>, first_seq: i64) -> Self {
        let [ids, points] = ids;
        Self {
            all: Vec::new(),
            ids,
            account,
            organization,
            location,
            visible_to: [organization, Id::of(&format!("volume coffee location {location}"))],
            next_seq: first_seq,
            points,
            entries: 0,
            written: 0,
        }
    }

    /// Somebody gives his name for the first time.
    pub(super) fn join(&mut self, at: i64) -> usize {
        self.all.push(Guest { since: at, points: 0, seq: 0, visits: 0, spent: 0, last: 0 });
        self.all.len() - 1
    }

    pub(super) fn id(&self, guest: usize) -> Id {
        self.ids.nth(guest as u64)
    }

    pub(super) fn points(&self, guest: usize) -> i32 {
        self.all[guest].points
    }

    pub(super) fn is_new(&self, guest: usize) -> bool {
        self.all[guest].visits == 0
    }

    /// One of them: every tenth of those who came to stay is half of those who come.
    pub(super) fn draw(&self, rng: &mut Rng) -> Option<usize> {
        if self.all.is_empty() {
            return None;
        }
        let regulars = self.all.len().div_ceil(10);
        let is_regular = rng.permille(550);
        let place = rng.index(if is_regular { regulars } else { self.all.len() });
        // Regulars are spread over the years in which people came.
        Some(if is_regular { (place * 10).min(self.all.len() - 1) } else { place })
    }

    /// Writes an entry, and the balance after it. Gives its id.
    pub(super) fn post(&mut self, rows: &mut Rows, entry: &Entry<'_>) -> Id {
        let id = self.points.nth(self.entries);
        self.entries += 1;
        let seq = self.next_seq;
        self.next_seq += 1;
        let customer = self.id(entry.guest);
        let guest = &mut self.all[entry.guest];
        guest.points += entry.points;
        guest.seq = seq;
        rows.row(POINTS)
            .uuid(id)
            .long(seq)
            .uuid(self.organization)
            .uuid(customer)
            .text(entry.kind)
            .int(entry.points)
            .int(guest.points)
            .uuid(entry.order)
            .uuid_or_null(entry.reward)
            .written(entry.reason)
            .time(entry.at);
        id
    }

    /// An order was completed and paid.
    pub(super) fn visit(&mut self, guest: usize, spent: i64, at: i64) {
        let guest = &mut self.all[guest];
        guest.visits += 1;
        guest.spent += spent;
        guest.last = guest.last.max(at);
    }

    /// An order that was visited was given back whole.
    pub(super) fn unvisit(&mut self, guest: usize, spent: i64) {
        let guest = &mut self.all[guest];
        guest.visits -= 1;
        guest.spent -= spent;
    }

    /// Part of an order was given back.
    pub(super) fn give_back(&mut self, guest: usize, cents: i64) {
        self.all[guest].spent -= cents;
    }

    /// Writes some of the guests as they are in the end. False: none was left.
    pub(super) fn write(&mut self, rows: &mut Rows) -> bool {
        let from = self.written;
        let to = (from + CHUNK).min(self.all.len());
        for (number, guest) in self.all.iter().enumerate().take(to).skip(from) {
            let account = self.account.filter(|_| number == 0);
            let first = FIRST[number * 7 % FIRST.len()];
            let last = LAST[(number / 3 + number * 11) % LAST.len()];
            let row = rows.row(CUSTOMERS).uuid(self.id(number)).uuid(self.organization).uuid_or_null(account);
            let row = match account {
                Some(_) => row.text("Cleo").text("Marsh").text("customer@chain.coffee.example"),
                None => row.text(first).text(last).written(format_args!(
                    "{}.{}.{}x{number}@guests.example",
                    Lower(first),
                    Lower(last),
                    self.location
                )),
            };
            let row = if number % 3 == 0 {
                row.written(format_args!("+1 555 {:03} {:04}", self.location % 1000, number % 10_000))
            } else {
                row.null()
            };
            let row = row.int(guest.points).cents(guest.spent).int(guest.visits);
            let row = row.time_or_null((guest.last > 0).then_some(guest.last));
            let row = if guest.seq != 0 { row.long(guest.seq) } else { row.null() };
            let row = match number % 5 {
                0 => row.json(r#"{"milk": "oat"}"#),
                1 => row.json(r#"{"size": "large"}"#),
                _ => row.null(),
            };
            let row = row.flag(true).time(guest.since).time(guest.last.max(guest.since + DAY / 24));
            row.uuids(&self.visible_to);
        }
        self.written = to;
        to > from
    }
}

/// In lower case; the names are ASCII.
struct Lower(&'static str);

impl std::fmt::Display for Lower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.chars().try_for_each(|letter| std::fmt::Write::write_char(f, letter.to_ascii_lowercase()))
    }
}
