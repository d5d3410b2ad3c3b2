//! Why an address cannot be listened on, and what to do about it.

use std::{io, net::SocketAddr};

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody listens there.
    #[error(
        "port {} on {} is in use; stop the other program or choose another with --port",
        .0.port(), .0.ip()
    )]
    InUse(SocketAddr),
    /// The port is only for the administrator.
    #[error(
        "port {} may not be used by this user; choose one above 1023 with --port",
        .0.port()
    )]
    Privileged(SocketAddr),
    /// No interface has the address.
    #[error("{} is no address of this machine; choose another with --host", .0.ip())]
    NotHere(SocketAddr),
    /// Anything else, as the system says it.
    #[error("cannot listen on {0}: {1}")]
    Other(SocketAddr, io::Error),
}

impl BindError {
    /// What the system's error means.
    #[must_use]
    pub fn of(address: SocketAddr, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address),
            io::ErrorKind::PermissionDenied => Self::Privileged(address),
            io::ErrorKind::AddrNotAvailable => Self::NotHere(address),
            _ => Self::Other(address, error),
        }
    }
}
