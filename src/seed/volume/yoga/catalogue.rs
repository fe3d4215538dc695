//! What the chain teaches and sells, when, and how much people like it: the same in every studio.

/// A kind of class.
pub(super) struct Kind {
    pub(super) label: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) minutes: i64,
    pub(super) level: &'static str,
    pub(super) seats: u32,
    pub(super) cents: i64,
}

const fn kind(
    label: &'static str,
    name: &'static str,
    about: &'static str,
    minutes: i64,
    level: &'static str,
    seats: u32,
    cents: i64,
) -> Kind {
    Kind { label, name, about, minutes, level, seats, cents }
}

pub(super) const FLOW: usize = 0;
pub(super) const HATHA: usize = 1;
pub(super) const YIN: usize = 2;
pub(super) const POWER: usize = 3;
pub(super) const PRENATAL: usize = 4;
pub(super) const MEDITATION: usize = 5;
pub(super) const ASHTANGA: usize = 6;
pub(super) const GENTLE: usize = 7;

pub(super) const KINDS: [Kind; 8] = [
    kind("flow", "Vinyasa Flow", "Movement led by the breath", 60, "intermediate", 20, 2200),
    kind("hatha", "Hatha Basics", "Slow, precise, for whoever begins", 60, "beginner", 18, 2000),
    kind("yin", "Yin and Restore", "Long holds on bolsters", 75, "all_levels", 16, 2200),
    kind("power", "Power Yoga", "Strong, warm, fast", 45, "advanced", 22, 2200),
    kind("prenatal", "Prenatal", "For every trimester", 60, "all_levels", 10, 2400),
    kind("meditation", "Meditation", "Sit and breathe", 30, "all_levels", 14, 1200),
    kind("ashtanga", "Ashtanga", "The primary series", 90, "advanced", 16, 2400),
    kind("gentle", "Gentle Yoga", "On mats and chairs", 60, "beginner", 14, 1800),
];

pub(super) struct Room {
    pub(super) name: &'static str,
    pub(super) capacity: u32,
    pub(super) equipment: &'static [&'static str],
}

pub(super) const ROOMS: [Room; 2] = [
    Room { name: "River room", capacity: 24, equipment: &["mats", "blocks", "straps"] },
    Room { name: "Garden room", capacity: 14, equipment: &["mats", "bolsters", "blankets"] },
];

/// When somebody likes to come.
pub(super) const MORNING: u8 = 0;
pub(super) const NOON: u8 = 1;
pub(super) const EVENING: u8 = 2;

/// A class of the week. `wanted` is how many of a hundred seats would be taken, if there were more of them.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// 0 is Monday.
    pub(super) weekday: usize,
    /// Minutes since midnight.
    pub(super) start: i64,
    pub(super) room: usize,
    pub(super) kind: usize,
    pub(super) wanted: u32,
}

impl Slot {
    pub(super) fn end(&self) -> i64 {
        self.start + KINDS[self.kind].minutes
    }

    pub(super) fn part(&self) -> u8 {
        match self.start / 60 {
            ..10 => MORNING,
            10..16 => NOON,
            _ => EVENING,
        }
    }
}

const fn at(hour: i64, minute: i64) -> i64 {
    60 * hour + minute
}

/// Monday to Friday: ten classes, of which some change from day to day.
const WEEKDAY: [(i64, usize, [usize; 5], u32); 10] = [
    (at(6, 30), 0, [FLOW, POWER, FLOW, POWER, FLOW], 78),
    (at(7, 0), 1, [MEDITATION; 5], 50),
    (at(9, 30), 0, [HATHA, FLOW, HATHA, FLOW, HATHA], 74),
    (at(10, 0), 1, [GENTLE, PRENATAL, GENTLE, PRENATAL, GENTLE], 76),
    (at(12, 15), 0, [POWER, FLOW, POWER, HATHA, POWER], 58),
    (at(12, 30), 1, [MEDITATION; 5], 48),
    (at(17, 30), 0, [FLOW, HATHA, FLOW, HATHA, FLOW], 128),
    (at(17, 30), 1, [YIN, GENTLE, YIN, PRENATAL, YIN], 106),
    (at(18, 45), 0, [POWER, FLOW, ASHTANGA, FLOW, HATHA], 136),
    (at(19, 15), 1, [YIN, YIN, MEDITATION, YIN, YIN], 112),
];

const WEEKEND: [Slot; 13] = [
    slot(5, at(8, 0), 0, ASHTANGA, 92),
    slot(5, at(9, 30), 1, PRENATAL, 88),
    slot(5, at(9, 45), 0, FLOW, 132),
    slot(5, at(11, 0), 0, HATHA, 108),
    slot(5, at(11, 0), 1, GENTLE, 94),
    slot(5, at(16, 0), 0, YIN, 84),
    slot(5, at(17, 30), 1, MEDITATION, 62),
    slot(6, at(9, 0), 0, FLOW, 118),
    slot(6, at(10, 15), 0, POWER, 126),
    slot(6, at(10, 30), 1, GENTLE, 90),
    slot(6, at(11, 30), 0, HATHA, 100),
    slot(6, at(17, 0), 0, YIN, 112),
    slot(6, at(18, 30), 1, YIN, 104),
];

const fn slot(weekday: usize, start: i64, room: usize, kind: usize, wanted: u32) -> Slot {
    Slot { weekday, start, room, kind, wanted }
}

/// The 63 classes of a week, by day and hour.
pub(super) fn week() -> Vec<Slot> {
    let days =
        (0..5).flat_map(|day| WEEKDAY.map(|(start, room, kinds, wanted)| slot(day, start, room, kinds[day], wanted)));
    days.chain(WEEKEND).collect()
}

/// Percent of the usual, by month: resolutions, holidays, heat.
pub(super) const SEASON: [u32; 12] = [126, 116, 108, 104, 100, 96, 88, 88, 104, 106, 100, 84];
/// How many of a hundred join in a month, likewise.
pub(super) const JOINING: [u32; 12] = [190, 120, 105, 100, 90, 80, 70, 75, 125, 100, 85, 60];

/// How a package is paid for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cycle {
    Once,
    Months(i32),
}

/// What is sold. Unlimited ones have no classes; what is paid once is good for some days.
pub(super) struct Offer {
    pub(super) label: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) cents: i64,
    pub(super) cycle: Cycle,
    pub(super) classes: Option<i32>,
    pub(super) days: Option<i32>,
    pub(super) freeze: i32,
    /// 0 trial, 1 standard, 2 plus, 3 premium
    pub(super) tier: usize,
}

impl Offer {
    pub(super) fn cycle_name(&self) -> &'static str {
        match self.cycle {
            Cycle::Once => "one_time",
            Cycle::Months(1) => "monthly",
            Cycle::Months(3) => "quarterly",
            Cycle::Months(_) => "annually",
        }
    }
}

pub(super) const TIERS: [&str; 4] = ["trial", "standard", "plus", "premium"];

pub(super) const TRIAL: usize = 0;
pub(super) const FIVE: usize = 1;
pub(super) const TEN: usize = 2;
pub(super) const EIGHT_A_MONTH: usize = 3;
pub(super) const UNLIMITED: usize = 4;
pub(super) const SEASON_PASS: usize = 5;
pub(super) const YEAR: usize = 6;

pub(super) const OFFERS: [Offer; 7] = [
    Offer {
        label: "trial",
        name: "Trial week",
        about: "Seven days of everything, once",
        cents: 2_500,
        cycle: Cycle::Once,
        classes: None,
        days: Some(7),
        freeze: 0,
        tier: 0,
    },
    Offer {
        label: "five",
        name: "5-class pass",
        about: "Five classes in two months",
        cents: 9_500,
        cycle: Cycle::Once,
        classes: Some(5),
        days: Some(60),
        freeze: 0,
        tier: 1,
    },
    Offer {
        label: "ten",
        name: "10-class pass",
        about: "Ten classes in four months",
        cents: 17_000,
        cycle: Cycle::Once,
        classes: Some(10),
        days: Some(120),
        freeze: 14,
        tier: 1,
    },
    Offer {
        label: "eight a month",
        name: "8 classes a month",
        about: "Two classes a week, month by month",
        cents: 11_500,
        cycle: Cycle::Months(1),
        classes: Some(8),
        days: None,
        freeze: 14,
        tier: 2,
    },
    Offer {
        label: "unlimited",
        name: "Unlimited monthly",
        about: "As many as one likes, month by month",
        cents: 14_900,
        cycle: Cycle::Months(1),
        classes: None,
        days: None,
        freeze: 30,
        tier: 3,
    },
    Offer {
        label: "season",
        name: "Season pass",
        about: "Thirty classes in three months",
        cents: 36_000,
        cycle: Cycle::Months(3),
        classes: Some(30),
        days: None,
        freeze: 14,
        tier: 2,
    },
    Offer {
        label: "year",
        name: "Unlimited annual",
        about: "A year of everything",
        cents: 149_000,
        cycle: Cycle::Months(12),
        classes: None,
        days: None,
        freeze: 60,
        tier: 3,
    },
];

pub(super) const FIRST_NAMES: [&str; 40] = [
    "Ada", "Amir", "Anika", "Arjun", "Bella", "Bruno", "Camille", "Carlos", "Chiara", "Daniel", "Dora", "Elias",
    "Emma", "Farah", "Felix", "Grace", "Hana", "Henry", "Ines", "Isaac", "Jamal", "Joana", "Jonas", "Karim", "Leila",
    "Luca", "Maya", "Mei", "Milo", "Nadia", "Nora", "Omar", "Paula", "Priya", "Rosa", "Samuel", "Sofia", "Tomas",
    "Yuki", "Zoe",
];

pub(super) const LAST_NAMES: [&str; 40] = [
    "Ahmed", "Alvarez", "Baker", "Bauer", "Bennett", "Carter", "Chen", "Costa", "Diaz", "Dubois", "Evans", "Fischer",
    "Fontana", "Garcia", "Gupta", "Hansen", "Hughes", "Ito", "Jensen", "Kaya", "Keller", "Kim", "Lopez", "Marino",
    "Meyer", "Moreau", "Nguyen", "Novak", "Okafor", "Olsen", "Park", "Patel", "Reyes", "Rossi", "Sato", "Silva",
    "Singh", "Walker", "Weber", "Young",
];

pub(super) const CONDITIONS: [&str; 6] =
    ["lower back pain", "knee operated last year", "pregnant", "asthma", "high blood pressure", "sore shoulder"];

pub(super) const PRAISE: [&str; 6] = [
    "Just what I needed after work",
    "Good pace, clear cues",
    "Lovely ending",
    "A bit crowded, still good",
    "My shoulders say thank you",
    "I would have liked more time to rest",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_has_63_classes_and_no_room_holds_two() {
        let week = week();
        assert_eq!(week.len(), 63);
        for (place, slot) in week.iter().enumerate() {
            for other in &week[place + 1..] {
                let same_room = (slot.weekday, slot.room) == (other.weekday, other.room);
                assert!(!same_room || slot.end() <= other.start || other.end() <= slot.start, "{}", slot.start);
            }
        }
    }
}
