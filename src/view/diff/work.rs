//! Counts the steps of what might take more than its share, for the tests that bound it; anywhere else it does nothing.

/// Notes that so many steps were taken.
#[inline]
pub(super) fn did(steps: usize) {
    #[cfg(test)]
    DONE.with(|done| done.set(done.get() + steps));
    #[cfg(not(test))]
    let _ = steps;
}

#[cfg(test)]
thread_local! {
    static DONE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How many steps something takes on this thread.
#[cfg(test)]
pub(super) fn of(work: impl FnOnce()) -> usize {
    let before = DONE.get();
    work();
    DONE.get() - before
}
