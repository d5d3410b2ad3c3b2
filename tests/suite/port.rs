//! Ports that nobody else gets. One that was free a moment ago may be taken by then: other tests run beside.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use tokio::net::TcpSocket;

/// A port at which nobody listens: bound, so that whoever connects is refused.
pub(crate) struct Port {
    address: SocketAddr,
    /// None: it was left to a program.
    socket: Option<TcpSocket>,
}

impl Port {
    pub(crate) fn reserve() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // Linux lets others who set it, too, bind it by its number.
        #[cfg(target_os = "linux")]
        socket.set_reuseaddr(true).unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self {
            address: socket.local_addr().unwrap(),
            socket: Some(socket),
        }
    }

    /// One for a program that is to listen there. Elsewhere than on Linux it is only free at this moment.
    pub(crate) fn for_a_program() -> Self {
        let reserved = Self::reserve();
        Self {
            address: reserved.address,
            socket: reserved.socket.filter(|_| cfg!(target_os = "linux")),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens there from now on.
    #[cfg(unix)]
    pub(crate) fn listen(self) -> TcpListener {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_io().build().unwrap();
        let _entered = runtime.enter();
        let socket = self.socket.expect("it is reserved");
        let listener = socket.listen(64).unwrap().into_std().unwrap();
        listener.set_nonblocking(false).unwrap();
        listener
    }
}
