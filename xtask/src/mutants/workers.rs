//! As many things at once as there are cores.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

/// Asks about each of `what`, and tells each answer as soon as it is known. `ask` also gets who asks: a number that tells apart those who
/// ask at the same time.
///
/// # Errors
/// The first one of `tell`: nobody goes on then.
pub(super) fn each<T: Send, A: Send, E>(
    what: Vec<T>,
    ask: impl Fn(&T, usize) -> A + Sync,
    mut tell: impl FnMut(T, A) -> Result<(), E>,
) -> Result<(), E> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let queue = Mutex::new(what.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let (send, told) = mpsc::channel();
    thread::scope(|scope| {
        for worker in 0..workers {
            let (send, next, ask) = (send.clone(), &next, &ask);
            scope.spawn(move || {
                while let Some(one) = next() {
                    let answer = ask(&one, worker);
                    if send.send((one, answer)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        // Where this ends early, `told` is gone, and with it the workers.
        told.into_iter()
            .try_for_each(|(one, answer)| tell(one, answer))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_and_an_error_ends_it() {
        let mut told = Vec::new();
        let ended: Result<(), ()> = each(
            (0..50).collect(),
            |number: &u32, _| number * 2,
            |number, double| {
                told.push((number, double));
                Ok(())
            },
        );
        told.sort_unstable();
        let expected: Vec<(u32, u32)> = (0..50).map(|number| (number, number * 2)).collect();
        assert_eq!((ended, told), (Ok(()), expected));

        let mut is_over = false;
        let refused = each(
            (0..50).collect(),
            |number: &u32, _| *number,
            |number, _| {
                assert!(!is_over, "{number} is told after the error");
                is_over = number == 3;
                if is_over { Err(number) } else { Ok(()) }
            },
        );
        assert_eq!(refused, Err(3));
    }
}
