//! Locks that are taken although somebody panicked while holding them.
//!
//! A panic is told where it happens, and ends the request, the reading or the thread it happened in. What our locks guard is changed in
//! few and short steps: at worst the last of them is missing. To refuse it for ever would turn one lost request into a listener that
//! answers nothing more.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

/// Takes a lock.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a lock to read, with others who read.
pub(crate) fn read<T: ?Sized>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a lock to write, alone.
pub(crate) fn write<T: ?Sized>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a lock up until `idle` no longer holds or `patience` is over, if one is given.
pub(crate) fn wait_while<'a, T>(
    changed: &Condvar,
    guard: MutexGuard<'a, T>,
    patience: Option<Duration>,
    idle: impl FnMut(&mut T) -> bool,
) -> MutexGuard<'a, T> {
    match patience {
        None => changed
            .wait_while(guard, idle)
            .unwrap_or_else(PoisonError::into_inner),
        Some(patience) => {
            let waited = changed.wait_timeout_while(guard, patience, idle);
            waited.unwrap_or_else(PoisonError::into_inner).0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_outlives_who_panicked_under_it() {
        let (mutex, both) = (Mutex::new(1), RwLock::new(1));
        std::thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                let _held = (lock(&mutex), write(&both));
                panic!("a test panics");
            });
            assert!(panicking.join().is_err());
        });
        assert!(mutex.is_poisoned() && both.is_poisoned());
        *lock(&mutex) += 1;
        *write(&both) += 1;
        assert_eq!((*lock(&mutex), *read(&both)), (2, 2));
        let waited = wait_while(&Condvar::new(), lock(&mutex), None, |_| false);
        assert_eq!(*waited, 2);
    }

    #[test]
    fn a_wait_ends_with_its_patience() {
        let mutex = Mutex::new(());
        drop(wait_while(
            &Condvar::new(),
            lock(&mutex),
            Some(Duration::ZERO),
            |()| true,
        ));
    }
}
