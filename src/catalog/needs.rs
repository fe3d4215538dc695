//! Turns what `pg_depend` says, by class, oid and column number, into needs between objects.

use std::collections::HashMap;

use super::object::Object;
use super::rows::Address;

/// Objects by address, and addresses that are another's part.
#[derive(Default)]
pub(super) struct Addresses {
    known: HashMap<Address, usize>,
    parts: HashMap<Address, Address>,
    needs: Vec<(Address, Address)>,
}

/// An alias may lead to an alias: an array of a table's row type.
const ALIASES_MOST: usize = 4;

impl Addresses {
    /// Remembers where the object with this address stands in the list.
    pub(super) fn add(&mut self, address: Address, at: usize) {
        self.known.insert(address, at);
    }

    /// Remembers that what has the first address is a part of what has the second.
    pub(super) fn alias(&mut self, part: Address, whole: Address) {
        self.parts.insert(part, whole);
    }

    /// Remembers that the first needs the second.
    pub(super) fn need(&mut self, who: Address, whom: Address) {
        self.needs.push((who, whom));
    }

    /// The object with this address, or the one whose part it is.
    fn find(&self, address: Address) -> Option<usize> {
        let mut address = address;
        for _ in 0..ALIASES_MOST {
            let whole = Address::whole(address.class, address.oid);
            for candidate in [address, whole] {
                if let Some(at) = self.known.get(&candidate) {
                    return Some(*at);
                }
                if let Some(other) = self.parts.get(&candidate) {
                    address = *other;
                    break;
                }
                if candidate == whole {
                    return None;
                }
            }
        }
        None
    }

    /// Gives every object its needs.
    pub(super) fn connect(&self, objects: &mut [Object]) {
        let pairs = self.needs.iter().filter_map(|(who, whom)| Some((self.find(*who)?, self.find(*whom)?)));
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
