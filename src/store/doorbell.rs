//! Wakes a background thread of the store; many rings before it looks count as one.

use std::{
    sync::{Condvar, Mutex},
    time::Duration,
};

use crate::sync;

#[derive(Debug, Default)]
pub(super) struct Doorbell {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    rung: bool,
    closed: bool,
}

impl Doorbell {
    /// There is something to do.
    pub(super) fn ring(&self) {
        sync::lock(&self.state).rung = true;
        self.changed.notify_all();
    }

    /// There will be nothing more to do.
    pub(super) fn close(&self) {
        sync::lock(&self.state).closed = true;
        self.changed.notify_all();
    }

    /// Whether there may be more to do.
    pub(super) fn is_open(&self) -> bool {
        !sync::lock(&self.state).closed
    }

    /// Waits for a ring, at most for a time if one is given; false once closed.
    pub(super) fn wait(&self, most: Option<Duration>) -> bool {
        let idle = |state: &mut State| !state.rung && !state.closed;
        let state = sync::lock(&self.state);
        let mut state = sync::wait_while(&self.changed, state, most, idle);
        state.rung = false;
        !state.closed
    }

    /// Rests, whatever rings; false if it was closed, at once.
    pub(super) fn rest(&self, time: Duration) -> bool {
        let state = sync::lock(&self.state);
        !sync::wait_while(&self.changed, state, Some(time), |state| !state.closed).closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_heard_once_and_the_end_always() {
        let bell = Doorbell::default();
        bell.ring();
        bell.ring();
        assert!(bell.wait(None));
        assert!(bell.wait(Some(Duration::ZERO)), "nothing more, still open");
        assert!(bell.rest(Duration::ZERO));
        bell.close();
        assert!(!bell.wait(None) && !bell.rest(Duration::from_mins(1)));
    }
}
