//! The way to the writer: bounded by count and by bytes, never waits on the sending side.
//!
//! What takes a while before it is ready for the writer reserves its room first, so that it is refused at once or not at all.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Duration,
};

use crate::sync;

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
    /// Items to come, whose room is taken.
    reserved: usize,
    bytes: usize,
    woken: bool,
    closed: bool,
    /// Nobody takes anything out any longer.
    abandoned: bool,
}

/// Room for one item. Given back when it is dropped unused.
#[derive(Debug)]
pub(super) struct Room<T> {
    queue: Arc<Queue<T>>,
    /// Bytes that it takes; none of ours any longer once it is filled.
    bytes: usize,
    filled: bool,
}

impl<T> Room<T> {
    /// Puts the item in, also into a queue that was closed meanwhile.
    pub(super) fn fill(mut self, item: T) {
        self.filled = true;
        let mut state = sync::lock(&self.queue.state);
        state.reserved -= 1;
        if state.abandoned {
            drop(state);
            drop(item);
            return;
        }
        state.items.push_back(item);
        drop(state);
        self.queue.ready.notify_one();
    }
}

impl<T> Drop for Room<T> {
    fn drop(&mut self) {
        if self.filled {
            return;
        }
        let mut state = sync::lock(&self.queue.state);
        state.reserved -= 1;
        state.bytes = state.bytes.saturating_sub(self.bytes);
        drop(state);
        // The one who takes may have waited for just this.
        self.queue.ready.notify_all();
    }
}

impl<T> Queue<T> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                items: VecDeque::new(),
                reserved: 0,
                bytes: 0,
                woken: false,
                closed: false,
                abandoned: false,
            }),
            ready: Condvar::new(),
        }
    }

    /// Puts an item of `bytes` in, if its share of the queue has room. One of any size fits an empty queue.
    pub(super) fn push(&self, item: T, bytes: usize, share: Share) -> Result<(), Rejected> {
        let mut state = self.claim(bytes, share)?;
        state.items.push_back(item);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Takes the room for an item of `bytes` that comes later.
    pub(super) fn reserve(
        self: &Arc<Self>,
        bytes: usize,
        share: Share,
    ) -> Result<Room<T>, Rejected> {
        self.claim(bytes, share)?.reserved += 1;
        Ok(Room {
            queue: Arc::clone(self),
            bytes,
            filled: false,
        })
    }

    fn claim(&self, bytes: usize, share: Share) -> Result<MutexGuard<'_, State<T>>, Rejected> {
        let mut state = sync::lock(&self.state);
        if state.closed {
            return Err(Rejected::Closed);
        }
        let part = match share {
            Share::Whole => 1,
            Share::Half => 2,
        };
        let room = state.items.len() + state.reserved < self.limits.items / part
            && (state.bytes == 0 || state.bytes.saturating_add(bytes) <= self.limits.bytes / part);
        if !room {
            return Err(Rejected::Full);
        }
        state.bytes += bytes;
        Ok(state)
    }

    /// Waits for an item, then takes all that are there, at most `most`. Nothing after a wake, or after `patience` if one is given.
    /// None once closed and empty, with nothing to come. What was taken fills the queue until it is released.
    pub(super) fn take(&self, most: usize, patience: Option<Duration>) -> Option<Vec<T>> {
        let idle = |state: &mut State<T>| {
            let ended = state.closed && state.reserved == 0;
            state.items.is_empty() && !ended && !state.woken
        };
        let state = sync::lock(&self.state);
        let mut state = sync::wait_while(&self.ready, state, patience, idle);
        state.woken = false;
        if state.items.is_empty() && state.closed && state.reserved == 0 {
            return None;
        }
        let count = state.items.len().min(most);
        Some(state.items.drain(..count).collect())
    }

    /// Lets the one who takes look up, though there is nothing to take.
    pub(super) fn wake(&self) {
        sync::lock(&self.state).woken = true;
        self.ready.notify_all();
    }

    /// Gives the room of taken items back.
    pub(super) fn release(&self, bytes: usize) {
        let mut state = sync::lock(&self.state);
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// Items that wait or are to come.
    pub(super) fn len(&self) -> usize {
        let state = sync::lock(&self.state);
        state.items.len() + state.reserved
    }

    /// Takes nothing more in; what is in can still be taken out.
    pub(super) fn close(&self) {
        sync::lock(&self.state).closed = true;
        self.ready.notify_all();
    }

    /// Closes and drops what is in.
    pub(super) fn abandon(&self) {
        let dropped = {
            let mut state = sync::lock(&self.state);
            state.closed = true;
            state.abandoned = true;
            std::mem::take(&mut state.items)
        };
        drop(dropped);
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
        assert_eq!(queue.take(3, None), Some(vec![1, 2, 3]));
        assert_eq!(queue.take(3, None), Some(vec![4]));
    }

    #[test]
    fn bytes_count_until_they_are_released() {
        let queue = Queue::new(LIMITS);
        assert_eq!(queue.push(1, 60, Share::Whole), Ok(()));
        assert_eq!(queue.take(9, None), Some(vec![1]));
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
        assert_eq!(queue.take(9, None), Some(vec![1]));
        assert_eq!(queue.take(9, None), None);
    }

    #[test]
    fn reserved_room_counts_until_it_is_filled_or_given_back() {
        let queue = Arc::new(Queue::new(LIMITS));
        let first = queue.reserve(30, Share::Half).unwrap();
        let second = queue.reserve(20, Share::Half).unwrap();
        assert_eq!(queue.push(3, 1, Share::Half), Err(Rejected::Full));
        drop(second);
        assert_eq!(queue.push(3, 20, Share::Half), Ok(()));
        first.fill(1);
        assert_eq!(queue.take(9, None), Some(vec![3, 1]));
        assert_eq!(queue.push(2, 60, Share::Whole), Err(Rejected::Full));
        queue.release(50);
        assert_eq!(queue.push(2, 60, Share::Whole), Ok(()));
    }

    #[test]
    fn a_closed_queue_waits_for_what_was_promised() {
        let queue = Arc::new(Queue::new(LIMITS));
        let (kept, broken) = (
            queue.reserve(1, Share::Whole),
            queue.reserve(1, Share::Whole),
        );
        queue.close();
        let taker = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || (queue.take(9, None), queue.take(9, None))
        });
        kept.unwrap().fill(7);
        drop(broken);
        assert_eq!(taker.join().unwrap(), (Some(vec![7]), None));
    }

    #[test]
    fn whoever_takes_may_be_woken_or_lose_patience() {
        let queue = Queue::new(LIMITS);
        queue.wake();
        assert_eq!(queue.take(9, None), Some(Vec::new()));
        assert_eq!(queue.take(9, Some(Duration::ZERO)), Some(Vec::new()));
        queue.push(1, 1, Share::Whole).unwrap();
        queue.wake();
        assert_eq!(queue.take(9, None), Some(vec![1]));
        queue.close();
        assert_eq!(queue.take(9, Some(Duration::MAX)), None);
    }

    #[test]
    fn an_abandoned_queue_drops_what_comes_late() {
        let queue = Arc::new(Queue::new(LIMITS));
        let room = queue.reserve(1, Share::Whole).unwrap();
        queue.abandon();
        room.fill(7);
        assert_eq!(queue.len(), 0);
    }
}
