//! The way to the writer: bounded by count and by bytes, never waits on the sending side.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Items.
    pub(super) items: usize,
    /// Bytes, those taken but not yet released among them.
    pub(super) bytes: usize,
}

/// How much of the queue an item may fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// All of it.
    Whole,
    /// Half of it: what is shed first.
    Half,
}

/// Why an item was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejected {
    Full,
    Closed,
}

#[derive(Debug)]
pub(super) struct Queue<T> {
    limits: Limits,
    state: Mutex<State<T>>,
    ready: Condvar,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    bytes: usize,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                items: VecDeque::new(),
                bytes: 0,
                closed: false,
            }),
            ready: Condvar::new(),
        }
    }

    /// Puts an item of `bytes` in, if its share of the queue has room. One of any size fits an empty queue.
    pub(super) fn push(&self, item: T, bytes: usize, share: Share) -> Result<(), Rejected> {
        let mut state = self.state();
        if state.closed {
            return Err(Rejected::Closed);
        }
        let part = match share {
            Share::Whole => 1,
            Share::Half => 2,
        };
        let room = state.items.len() < self.limits.items / part
            && (state.bytes == 0 || state.bytes.saturating_add(bytes) <= self.limits.bytes / part);
        if !room {
            return Err(Rejected::Full);
        }
        state.bytes += bytes;
        state.items.push_back(item);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for an item, then takes all that are there, at most `most`. None once closed and empty.
    /// What was taken fills the queue until it is released.
    pub(super) fn take(&self, most: usize) -> Option<Vec<T>> {
        let mut state = self
            .ready
            .wait_while(self.state(), |state| {
                state.items.is_empty() && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.items.is_empty() {
            return None;
        }
        let count = state.items.len().min(most);
        Some(state.items.drain(..count).collect())
    }

    /// Gives the room of taken items back.
    pub(super) fn release(&self, bytes: usize) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// Items that wait.
    pub(super) fn len(&self) -> usize {
        self.state().items.len()
    }

    /// Takes nothing more in; what is in can still be taken out.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.ready.notify_all();
    }

    /// Closes and drops what is in.
    pub(super) fn abandon(&self) {
        let dropped = {
            let mut state = self.state();
            state.closed = true;
            std::mem::take(&mut state.items)
        };
        drop(dropped);
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        items: 4,
        bytes: 100,
    };

    #[test]
    fn half_of_the_places_are_for_those_who_may_fill_all() {
        let queue = Queue::new(LIMITS);
        assert_eq!(queue.push(1, 1, Share::Half), Ok(()));
        assert_eq!(queue.push(2, 1, Share::Half), Ok(()));
        assert_eq!(queue.push(3, 1, Share::Half), Err(Rejected::Full));
        assert_eq!(queue.push(3, 1, Share::Whole), Ok(()));
        assert_eq!(queue.push(4, 1, Share::Whole), Ok(()));
        assert_eq!(queue.push(5, 1, Share::Whole), Err(Rejected::Full));
        assert_eq!(queue.take(3), Some(vec![1, 2, 3]));
        assert_eq!(queue.take(3), Some(vec![4]));
    }

    #[test]
    fn bytes_count_until_they_are_released() {
        let queue = Queue::new(LIMITS);
        assert_eq!(queue.push(1, 60, Share::Whole), Ok(()));
        assert_eq!(queue.take(9), Some(vec![1]));
        assert_eq!(queue.push(2, 60, Share::Whole), Err(Rejected::Full));
        queue.release(60);
        assert_eq!(queue.push(2, 60, Share::Whole), Ok(()));
    }

    #[test]
    fn an_item_greater_than_all_fits_an_empty_queue() {
        let queue = Queue::new(LIMITS);
        assert_eq!(queue.push(1, 1000, Share::Half), Ok(()));
        assert_eq!(queue.push(2, 0, Share::Whole), Err(Rejected::Full));
    }

    #[test]
    fn a_closed_queue_gives_out_what_it_has() {
        let queue = Queue::new(LIMITS);
        queue.push(1, 1, Share::Whole).unwrap();
        queue.close();
        assert_eq!(queue.push(2, 1, Share::Whole), Err(Rejected::Closed));
        assert_eq!(queue.take(9), Some(vec![1]));
        assert_eq!(queue.take(9), None);
    }
}
