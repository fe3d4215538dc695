//! Days, instants and what a clock on a shop's wall shows, all counted as PostgreSQL counts them: from 2000-01-01 on.

/// Microseconds of a second, a minute, an hour and a day.
pub const SECOND: i64 = 1_000_000;
/// A minute in microseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour in microseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// A day in microseconds.
pub const DAY: i64 = 24 * HOUR;

/// Days from the start of the year 0 of March to 2000-01-01, in the count that [`Day::of`] uses.
const EPOCH: i32 = 730_425;

/// A date: days since 2000-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// The date of the Gregorian calendar. Years count from March, so that a leap day comes last.
    #[must_use]
    pub const fn of(year: i32, month: i32, day: i32) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let since_march = (month + 9) % 12;
        let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        Self(days + (153 * since_march + 2) / 5 + day - 1 - EPOCH)
    }

    /// Year, month, day.
    #[must_use]
    pub fn parts(self) -> (i32, i32, i32) {
        let days = self.0 + EPOCH;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let since_march = (5 * of_year + 2) / 153;
        let month = if since_march < 10 { since_march + 3 } else { since_march - 9 };
        let day = of_year - (153 * since_march + 2) / 5 + 1;
        (era * 400 + year + i32::from(month <= 2), month, day)
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> usize {
        usize::try_from(self.parts().1).unwrap_or(1)
    }

    /// 0 is Monday.
    #[must_use]
    pub fn weekday(self) -> usize {
        // 2000-01-01 was a Saturday.
        usize::try_from((self.0 + 5).rem_euclid(7)).unwrap_or(0)
    }

    /// That many days later.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Whether the next day is in another month.
    #[must_use]
    pub fn ends_month(self) -> bool {
        self.plus(1).parts().2 == 1
    }

    /// The first of these weekdays from this day on.
    fn weekday_from(self, weekday: usize) -> Self {
        let ahead = (weekday + 7 - self.weekday()) % 7;
        self.plus(i32::try_from(ahead).unwrap_or(0))
    }
}

/// `2026-11-26`, as SQL and JSON write it.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.splitn(3, '-').map(str::parse::<i32>);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (numbers.next(), numbers.next(), numbers.next()) else {
            return Err(format!("`{text}` is no date like 2026-11-26"));
        };
        let date = Day::of(year, month, day);
        if date.parts() == (year, month, day) { Ok(date) } else { Err(format!("there is no day {text}")) }
    }
}

/// The clocks of a zone that moves its clocks as the United States have since 2007.
#[derive(Clone, Copy, Debug)]
pub struct Zone {
    /// The zone's name in the IANA database.
    pub name: &'static str,
    /// Hours that its standard time is behind UTC.
    behind: i64,
}

/// Where the chains are: all of them, so that a day is the same day everywhere.
pub const NEW_YORK: Zone = Zone { name: "America/New_York", behind: 5 };

impl Zone {
    /// The instant at which that time (microseconds since midnight, as the clock shows it) is reached on a day. Exact but for
    /// the night hours in which the clocks are moved, when shops and studios are closed.
    #[must_use]
    pub fn at(self, day: Day, clock: i64) -> i64 {
        let summer = if Self::is_summer(day) { HOUR } else { 0 };
        i64::from(day.0) * DAY + clock + self.behind * HOUR - summer
    }

    /// From the second Sunday of March to the first of November, as it is at noon.
    fn is_summer(day: Day) -> bool {
        let year = day.parts().0;
        day >= Day::of(year, 3, 8).weekday_from(6) && day < Day::of(year, 11, 1).weekday_from(6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(Day::of(2000, 1, 1), Day(0));
        assert_eq!(Day::of(2026, 11, 26), Day(9_826));
        assert_eq!(Day(9_826).weekday(), 3);
        for number in -200_000..200_000 {
            let (year, month, day) = Day(number).parts();
            assert_eq!(Day::of(year, month, day), Day(number));
        }
        assert!(Day::of(2024, 2, 29).ends_month());
        assert_eq!("2024-02-29".parse::<Day>().unwrap().to_string(), "2024-02-29");
        assert!("2023-02-29".parse::<Day>().is_err());
    }

    #[test]
    fn the_clock_moves_on_the_right_sundays() {
        let noon = |day| (NEW_YORK.at(day, 12 * HOUR) - i64::from(day.0) * DAY) / HOUR;
        for (year, march, november) in [(2024, 10, 3), (2025, 9, 2), (2026, 8, 1)] {
            assert_eq!(noon(Day::of(year, 3, march - 1)), 17);
            assert_eq!(noon(Day::of(year, 3, march)), 16);
            assert_eq!(noon(Day::of(year, 11, november - 1)), 16);
            assert_eq!(noon(Day::of(year, 11, november)), 17);
        }
    }
}
