//! Who asks without the key again and again is answered at the least cost, and recorded no longer. It never concerns who has the key:
//! behind a tunnel all have one address.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroUsize,
    sync::Mutex,
};

use jiff::Timestamp;
use lru::LruCache;

use super::refusal::Refusal;
use crate::{
    bucket::{Bucket, Limit},
    sync,
};

/// How often one peer is told that its key is wrong. Omi with a wrong key stays below it (it posts twice a second at most), and so
/// gets a 401, which is final for it, and no 429, after which it would send again.
const LIMIT: Limit = Limit {
    burst: 60.0,
    rate: 3.0,
};

/// Peers that are remembered; the one that was silent for longest is forgotten first.
const PEERS: NonZeroUsize = NonZeroUsize::new(1024).unwrap();

/// After so many seconds all is forgiven.
pub(super) const RETRY_AFTER: u16 = 20;

/// What is remembered of those who came without the key.
#[derive(Debug)]
pub(super) struct Strangers(Mutex<LruCache<Option<IpAddr>, Bucket>>);

impl Default for Strangers {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(PEERS)))
    }
}

impl Strangers {
    /// How one is refused who came without the key.
    pub(super) fn refusal(&self, remote: Option<SocketAddr>, now: Timestamp) -> Refusal {
        let mut peers = sync::lock(&self.0);
        let peer = remote.map(|remote| network(remote.ip()));
        let bucket = peers.get_or_insert_mut(peer, || Bucket::of(LIMIT));
        if bucket.allows(now) {
            Refusal::Key
        } else {
            Refusal::TooMany
        }
    }
}

/// An address as far as it tells one from another: of version 6, everyone has 2^64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        version_4 @ IpAddr::V4(_) => version_4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(strangers: &Strangers, address: &str, second: i64, times: usize) -> usize {
        let remote = address.parse().unwrap();
        let now = Timestamp::from_second(second).unwrap();
        let refusals = (0..times).map(|_| strangers.refusal(Some(remote), now));
        refusals
            .filter(|refusal| matches!(refusal, Refusal::Key))
            .count()
    }

    #[test]
    fn each_peer_is_told_for_a_while_and_again_after_a_rest() {
        let strangers = Strangers::default();
        let cases = [
            ("192.0.2.1:1", 0, 60),
            ("192.0.2.1:2", 0, 0),
            ("[::ffff:192.0.2.1]:3", 0, 0),
            ("192.0.2.2:1", 0, 60),
            ("[2001:db8::1]:1", 0, 60),
            ("[2001:db8::ffff:2]:1", 0, 0),
            ("[2001:db8:0:1::1]:1", 0, 60),
            ("192.0.2.1:1", 1, 3),
            ("192.0.2.1:1", 1 + i64::from(RETRY_AFTER), 60),
        ];
        for (address, second, expected) in cases {
            let told = told(&strangers, address, second, 100);
            assert_eq!(told, expected, "{address} at {second}");
        }
    }

    #[test]
    fn a_sender_that_is_only_misconfigured_is_always_told() {
        let strangers = Strangers::default();
        for second in 0..600 {
            assert_eq!(told(&strangers, "127.0.0.1:1", second, 2), 2);
        }
    }

    #[test]
    fn whoever_comes_the_memory_is_bounded() {
        let strangers = Strangers::default();
        for number in 0..5000_u32 {
            let address = std::net::Ipv4Addr::from(number);
            told(&strangers, &format!("{address}:1"), 0, 1);
        }
        assert_eq!(strangers.0.lock().unwrap().len(), PEERS.get());
    }
}
