//! What is asked for, and what that means beside what is there already.

use super::calendar::Day;
use super::ledger::Known;
use super::model::Shape;
use crate::error::{Error, Kind};

/// Months that a location has unless their number is given: three years.
const MONTHS: u32 = 36;
/// Months that a location may have. Its customers are kept in memory while it is made.
const MONTHS_MOST: u32 = 240;

/// What is asked for. What is left out is as it was when the load began, or a default.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `coffee-shop` or `yoga-studio`.
    pub vertical: String,
    /// Branch-months.
    pub scale: u32,
    /// Over how many locations they are spread.
    pub locations: Option<u32>,
    /// Another one makes other rows.
    pub random_seed: Option<u64>,
    /// The first day about which nothing is known yet.
    pub today: Option<Day>,
    /// How many sessions load.
    pub jobs: Option<usize>,
    /// Whether indexes and keys are taken off while rows are loaded; by size unless it is said.
    pub strip: Option<bool>,
    /// The server's memory in bytes, where it is known.
    pub memory: Option<u64>,
    /// Bytes that are free on the server's disk, where that is known.
    pub disk: Option<u64>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// It is all there.
    Nothing(Shape),
    /// Part of it is there.
    GoOn(Shape),
    /// None of it is there.
    Begin(Shape),
}

impl Request {
    /// Compares what is asked for with what the ledger knows. `current_date` is the server's.
    pub(super) fn plan(&self, known: &[Known], current_date: Day) -> Result<Plan, Error> {
        if let Some(other) = known.iter().find(|known| !known.is_finished && known.vertical != self.vertical) {
            let message = format!("the volume load of {} is not finished", other.vertical);
            return Err(unfinished_hints(Error::new(Kind::Failed, message), other));
        }
        let Some(known) = known.iter().find(|known| known.vertical == self.vertical) else {
            return self.shape(current_date).map(Plan::Begin);
        };
        let there = known.shape;
        let is_same = self.scale == there.months
            && self.locations.is_none_or(|locations| locations == there.locations)
            && self.random_seed.is_none_or(|seed| seed == there.seed)
            && self.today.is_none_or(|today| today == there.today);
        match (is_same, known.is_finished) {
            (true, true) => Ok(Plan::Nothing(there)),
            (true, false) => Ok(Plan::GoOn(there)),
            (false, true) => Err(Error::new(
                Kind::Failed,
                format!("another volume of {} is there: `{}`", self.vertical, known.command()),
            )
            .hint(format!("`migrate seed {} --reset` takes it away", self.vertical))),
            (false, false) => {
                let message = format!("another volume load of {} is not finished", self.vertical);
                Err(unfinished_hints(Error::new(Kind::Failed, message), known))
            }
        }
    }

    /// Whether this can be asked for at all.
    ///
    /// # Errors
    /// [`Kind::Usage`] for numbers that do not go together.
    pub fn check(&self) -> Result<(), Error> {
        self.shape(Day(0)).map(drop)
    }

    fn shape(&self, current_date: Day) -> Result<Shape, Error> {
        let usage = |message: String| Err(Error::new(Kind::Usage, message));
        let locations = self.locations.unwrap_or_else(|| self.scale.div_ceil(MONTHS));
        if self.scale == 0 {
            return usage("--scale 0: nothing would be loaded".to_owned());
        }
        if locations == 0 || locations > self.scale || locations > 60_000 {
            return usage(format!(
                "--locations {locations}: {} branch-months go to 1 to {} locations",
                self.scale,
                self.scale.min(60_000)
            ));
        }
        if self.scale.div_ceil(locations) > MONTHS_MOST {
            return usage(format!("--locations {locations}: a location has {MONTHS_MOST} branch-months at most"));
        }
        Ok(Shape {
            locations,
            months: self.scale,
            seed: self.random_seed.unwrap_or(1),
            today: self.today.unwrap_or(current_date),
        })
    }
}

/// What mends an unfinished load.
pub(super) fn unfinished_hints(error: Error, known: &Known) -> Error {
    let error =
        if known.shape.months == 0 { error } else { error.hint(format!("go on with it: `{}`", known.command())) };
    error.hint(format!("or take it away: `migrate seed {} --reset`", known.vertical))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day::of(2026, 11, 26);

    fn asked(scale: u32) -> Request {
        Request { vertical: "coffee-shop".to_owned(), scale, ..Request::default() }
    }

    fn known(vertical: &str, months: u32, is_finished: bool) -> Known {
        let shape = Shape { locations: 1, months, seed: 1, today: TODAY };
        Known { vertical: vertical.to_owned(), shape, is_finished, rows: None }
    }

    #[test]
    fn locations_have_three_years() {
        for (scale, locations) in [(1, 1), (36, 1), (37, 2), (7200, 200)] {
            let shape = Shape { locations, months: scale, seed: 1, today: TODAY };
            assert_eq!(asked(scale).plan(&[], TODAY).unwrap(), Plan::Begin(shape));
        }
        assert_eq!(asked(0).plan(&[], TODAY).unwrap_err().kind, Kind::Usage);
        let crowded = Request { locations: Some(3), ..asked(2) };
        assert_eq!(crowded.plan(&[], TODAY).unwrap_err().kind, Kind::Usage);
        let old = Request { locations: Some(1), ..asked(300) };
        assert_eq!(old.plan(&[], TODAY).unwrap_err().kind, Kind::Usage);
    }

    #[test]
    fn what_was_begun_goes_on_as_it_was_begun() {
        let later = TODAY.plus(3);
        let there = known("coffee-shop", 4, false);
        assert_eq!(asked(4).plan(std::slice::from_ref(&there), later).unwrap(), Plan::GoOn(there.shape));
        let error = asked(5).plan(std::slice::from_ref(&there), later).unwrap_err();
        assert_eq!(error.hints.len(), 2);
        assert!(error.hints[0].contains("--scale 4 --locations 1 --random-seed 1 --today 2026-11-26"), "{error:?}");
        let reset = known("coffee-shop", 0, false);
        assert_eq!(
            asked(5).plan(&[reset], later).unwrap_err().hints,
            ["or take it away: `migrate seed coffee-shop --reset`"]
        );
    }

    #[test]
    fn what_is_there_is_not_loaded_again() {
        let there = known("coffee-shop", 4, true);
        assert_eq!(asked(4).plan(std::slice::from_ref(&there), TODAY).unwrap(), Plan::Nothing(there.shape));
        assert!(asked(5).plan(std::slice::from_ref(&there), TODAY).is_err());
        assert!(Request { random_seed: Some(2), ..asked(4) }.plan(&[there], TODAY).is_err());
        assert!(asked(1).plan(&[known("yoga-studio", 1, false)], TODAY).is_err());
        assert!(matches!(asked(1).plan(&[known("yoga-studio", 1, true)], TODAY).unwrap(), Plan::Begin(_)));
    }
}
