//! Turns what `pg_depend` says, by class, oid and column number, into needs between objects.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::object::Object;
use super::read::Text;

/// What pg_depend calls an object: class, oid, column number.
pub(super) type Address = (i32, Box<str>, i32);

/// Objects by address, and addresses that are another's part.
#[derive(Default)]
pub(super) struct Addresses {
    known: HashMap<Address, usize>,
    parts: HashMap<Address, Address>,
}

/// An alias may lead to an alias: an array of a table's row type.
const ALIASES_MOST: usize = 4;

impl Addresses {
    /// Remembers where the object with this address stands in the list.
    pub(super) fn add(&mut self, address: Address, at: usize) {
        self.known.insert(address, at);
    }

    /// Reads the rows of aliases.sql.
    pub(super) fn alias(&mut self, rows: &[Row]) {
        self.parts.extend(rows.iter().map(|row| (address(row, 0), address(row, 3))));
    }

    /// The object with this address, or the one whose part it is.
    fn find(&self, address: Address) -> Option<usize> {
        let mut address = address;
        for _ in 0..ALIASES_MOST {
            if let Some(at) = self.known.get(&address) {
                return Some(*at);
            }
            let whole = (address.0, address.1.clone(), 0);
            address = match self.parts.get(&address) {
                Some(other) => other.clone(),
                None => match (self.known.get(&whole), self.parts.get(&whole)) {
                    (Some(at), _) => return Some(*at),
                    (None, Some(other)) => other.clone(),
                    (None, None) => return None,
                },
            };
        }
        None
    }

    /// Gives every object its needs, from the rows of needs.sql.
    pub(super) fn connect(&self, rows: &[Row], objects: &mut [Object]) {
        let pairs = rows.iter().filter_map(|row| Some((self.find(address(row, 0))?, self.find(address(row, 3))?)));
        let mut needs: Vec<(usize, usize)> = pairs.filter(|(who, whom)| who != whom).collect();
        needs.sort_unstable();
        needs.dedup();
        for (who, whom) in needs {
            let id = objects[whom].id.clone();
            objects[who].needs.push(id);
        }
        for object in objects {
            object.needs.sort_unstable();
        }
    }
}

/// Three columns of a row as an address.
pub(super) fn address(row: &Row, first: usize) -> Address {
    (row.get(first), row.get::<_, Text<'_>>(first + 1).0.into(), row.get(first + 2))
}
