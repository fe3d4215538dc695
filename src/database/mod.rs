//! Connecting, the session, the runner's lock, leases, cancelling.

pub mod connect;
mod failure;
pub mod interrupt;
pub mod lease;
pub mod lock;
pub mod pipeline;
pub mod pooler;
pub mod session;
mod tls;
