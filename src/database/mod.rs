//! Connecting, the session, the runner's lock, cancelling.

pub mod connect;
mod failure;
pub mod pooler;
mod tls;
