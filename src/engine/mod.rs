//! Plan, apply, roll back: the only place that changes a target's schema.
//!
//! | file | what it does |
//! | --- | --- |
//! | `run` | opens a target: session, facts, ledger, the runner's lock |
//! | `compare`, `plan` | files against ledger, and what `up` does about it (pure) |
//! | `elsewhere` | an empty ledger beside the table of a service that embeds refinery |
//! | `step` | one script with what the ledger will say about it |
//! | `up`, `down`, `release`, `repair` | the commands |
//! | `apply` | a script in one transaction with its ledger row |
//! | `stepwise`, `units`, `resume` | a script outside a transaction, and how it goes on after a crash |
//! | `shared`, `supabase_seed` | Supabase's ledger beside ours, and its seeds |
//! | `rehearse`, `losses`, `watch` | what it would cost, what it would destroy, what it waits for |
//! | `shadow` | what the migrations promise, built in a scratch database |
//! | `save` | a difference as pairs, proven before they are written |
//! | `squash` | many pairs folded into one that makes the same |
//! | `sides` | what a diff compares, read from wherever it is |
//! | `prove`, `rows` | up, down, up of every pair there, with rows in the tables |
//! | `unfinished` | a volume load that was stopped keeps migrations away |
//! | `failure` | a failing script as a person reads it |

pub(crate) mod apply;
pub mod compare;
pub mod down;
pub mod elsewhere;
pub(crate) mod failure;
pub mod losses;
pub mod plan;
pub mod prove;
pub mod rehearse;
pub mod release;
pub mod repair;
mod resume;
mod rows;
pub mod run;
pub mod save;
pub mod shadow;
pub mod shared;
pub mod sides;
pub mod squash;
pub mod step;
mod stepwise;
pub mod supabase_seed;
pub mod unfinished;
mod units;
pub mod up;
pub(crate) mod watch;
