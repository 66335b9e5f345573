//! The cache of an identity in every order, up to a depth, in which its callers may be polled and one of them dropped.
//!
//! Its lock is never held over an await, so what one poll does is one step of the others' world; steps that run at the very same time
//! on several threads are for the tests with real ones.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use fuzzing::every_order;
use hwc_core::{
    identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityError,
        IdentityFuture, ProvideIdentity, Token,
    },
    secret::SecretString,
    testing::{FakeClock, ScriptedTransport},
};

const DEPTH: usize = 8;
const CALLERS: usize = 3;
/// Nobody waits for longer once all may go on.
const MOST_ROUNDS: usize = 20;

/// A source that takes two awaits, and knows how many fetches are under way.
#[derive(Debug, Default)]
struct Source {
    begun: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Debug)]
struct Shared(Arc<Source>);

/// A fetch under way, until it is dropped.
struct UnderWay<'a>(&'a Source);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl FetchIdentity for Shared {
    fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(async move {
            let source = &*self.0;
            let number = source.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let now = source.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            source.most.fetch_max(now, Ordering::SeqCst);
            let under_way = UnderWay(source);
            pause().await;
            pause().await;
            drop(under_way);
            let token = Token::new(&SecretString::from(format!("token-{number}")))?;
            let lifetime = Duration::from_secs(3600);
            Ok(Fetched::lasting(Identity::token(token), lifetime))
        })
    }
}

/// Gives way once.
async fn pause() {
    let mut is_over = false;
    poll_fn(|context| {
        if is_over {
            return Poll::Ready(());
        }
        is_over = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

type Caller = Pin<Box<dyn Future<Output = Result<(u64, u64), IdentityError>>>>;

/// Asks, refuses what it got if it is the first one, and asks again.
fn caller(cache: &Arc<CachedIdentity>, context: &IdentityContext, refuses: bool) -> Caller {
    let (cache, context) = (Arc::clone(cache), context.clone());
    Box::pin(async move {
        let first = cache.identity(&context).await?;
        if refuses {
            cache.refused(&first);
        }
        pause().await;
        let second = cache.identity(&context).await?;
        Ok((first.generation(), second.generation()))
    })
}

#[test]
fn in_every_order_there_is_one_fetch_at_a_time_and_nobody_is_stranded() {
    let mut context = Context::from_waker(Waker::noop());
    let runs = every_order(DEPTH, |choices| {
        let source = Arc::new(Source::default());
        let clock = FakeClock::new();
        let asked = IdentityContext::new(
            Arc::new(clock.clone()),
            Arc::new(ScriptedTransport::new(&clock)),
        );
        let cache = Arc::new(CachedIdentity::new(Shared(Arc::clone(&source))));
        let mut callers: Vec<(usize, Caller)> = (0..CALLERS)
            .map(|number| (number, caller(&cache, &asked, number == 0)))
            .collect();
        let mut ends = Vec::new();
        let mut killed = 0;
        let mut order = Vec::new();
        // One of them is polled, or, once, dropped.
        loop {
            let ways = callers.len() * if killed == 0 { 2 } else { 1 };
            let Some(choice) = choices.choose(ways) else {
                break;
            };
            order.push(choice);
            let place = choice % callers.len();
            if choice >= callers.len() {
                killed += 1;
                drop(callers.remove(place));
            } else if let Poll::Ready(end) = callers[place].1.as_mut().poll(&mut context) {
                ends.push((callers.remove(place).0, end));
            }
        }
        for _ in 0..MOST_ROUNDS {
            callers.retain_mut(|(number, caller)| {
                match caller.as_mut().poll(&mut context) {
                    Poll::Ready(end) => ends.push((*number, end)),
                    Poll::Pending => return true,
                }
                false
            });
        }
        assert!(callers.is_empty(), "somebody is stranded: {order:?}");
        assert_eq!(ends.len() + killed, CALLERS, "{order:?}");
        for (number, end) in ends {
            let (first, second) = end.unwrap_or_else(|error| panic!("{order:?}: {error}"));
            assert!(first <= second, "{order:?}: an older one comes later");
            assert!(
                number != 0 || first < second,
                "{order:?}: what was refused is handed out again"
            );
        }
        let fetches = source.begun.load(Ordering::SeqCst);
        assert_eq!(source.most.load(Ordering::SeqCst), 1, "{order:?}");
        assert_eq!(source.under_way.load(Ordering::SeqCst), 0, "{order:?}");
        assert!(fetches <= 2 + killed, "{order:?}: {fetches} fetches");
        assert_eq!(clock.sleepers(), 0, "{order:?}");
    });
    assert!(runs > 1_000, "{runs} orders");
}
