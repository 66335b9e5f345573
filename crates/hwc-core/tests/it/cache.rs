//! The cache of a fetched identity: one fetch for many, early renewal, failures and refusals.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hwc_core::{
    Clock,
    identity::{
        CachedIdentity, FetchIdentity, Fetched, Identity, IdentityContext, IdentityError,
        IdentityErrorKind, IdentityFuture, ProvideIdentity, Token,
    },
    secret::SecretString,
    testing::{FakeClock, ScriptedTransport},
};
use tokio::sync::Semaphore;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What the next fetch does.
#[derive(Debug, Clone, Copy)]
enum Plan {
    Lasts(Duration),
    Fails(IdentityErrorKind),
    Panics,
}

/// A source that does as planned, and only as often as it is let.
#[derive(Debug)]
struct Source {
    begun: AtomicUsize,
    done: AtomicUsize,
    /// Each fetch takes one permit before it ends.
    gate: Semaphore,
    plans: Mutex<VecDeque<Plan>>,
    otherwise: Plan,
}

/// The part the cache owns.
#[derive(Debug, Clone)]
struct Shared(Arc<Source>);

impl FetchIdentity for Shared {
    fn fetch<'a>(&'a self, _: &'a IdentityContext) -> IdentityFuture<'a, Fetched> {
        Box::pin(async move {
            let source = &self.0;
            let number = source.begun.fetch_add(1, Ordering::SeqCst) + 1;
            source.gate.acquire().await.unwrap().forget();
            let plan = source
                .plans
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or(source.otherwise);
            let result = match plan {
                Plan::Lasts(lifetime) => {
                    let token = Token::new(&SecretString::from(format!("token-{number}")))?;
                    Ok(Fetched::lasting(Identity::token(token), lifetime))
                }
                Plan::Fails(kind) => Err(IdentityError::new(kind, format!("failure {number}"), "")),
                Plan::Panics => panic!("planned"),
            };
            source.done.fetch_add(1, Ordering::SeqCst);
            result
        })
    }
}

/// A cache with its source and clock.
struct Bench {
    cache: Arc<CachedIdentity>,
    source: Arc<Source>,
    clock: FakeClock,
    context: IdentityContext,
}

/// A bench whose fetches all pass the gate, and follow `plans` first.
fn bench(plans: &[Plan], otherwise: Plan) -> Bench {
    let bench = gated(plans, otherwise);
    bench.source.gate.add_permits(1_000_000);
    bench
}

/// A bench whose fetches wait at the gate.
fn gated(plans: &[Plan], otherwise: Plan) -> Bench {
    let source = Arc::new(Source {
        begun: AtomicUsize::new(0),
        done: AtomicUsize::new(0),
        gate: Semaphore::new(0),
        plans: Mutex::new(plans.iter().copied().collect()),
        otherwise,
    });
    let clock = FakeClock::new();
    let context = IdentityContext::new(
        Arc::new(clock.clone()),
        Arc::new(ScriptedTransport::new(&clock)),
    );
    let cache = Arc::new(CachedIdentity::new(Shared(Arc::clone(&source))));
    Bench {
        cache,
        source,
        clock,
        context,
    }
}

impl Bench {
    async fn ask(&self) -> Result<Identity, IdentityError> {
        self.cache.identity(&self.context).await
    }

    /// The generation asking gives, or the kind of the error.
    async fn generation(&self) -> Result<u64, IdentityErrorKind> {
        self.ask()
            .await
            .map(|identity| identity.generation())
            .map_err(|error| error.kind())
    }

    fn fetches(&self) -> usize {
        self.source.begun.load(Ordering::SeqCst)
    }

    /// Asks in a task of its own.
    fn ask_aside(&self) -> tokio::task::JoinHandle<Result<Identity, IdentityError>> {
        let (cache, context) = (Arc::clone(&self.cache), self.context.clone());
        tokio::spawn(async move { cache.identity(&context).await })
    }
}

/// Lets every task that can run, run. Nothing here waits for real time.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

/// What `authorize` puts on: shows which token an identity is.
fn token_of(identity: &Identity) -> String {
    let mut request = http::Request::new(hwc_core::transport::RequestBody::default());
    *request.uri_mut() = "https://service.example/".parse().unwrap();
    identity
        .authorize(&mut request, jiff::Timestamp::UNIX_EPOCH)
        .unwrap();
    request.headers()["x-auth-token"]
        .to_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_callers_make_one_fetch() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let callers: Vec<_> = (0..10_000).map(|_| bench.ask_aside()).collect();
    bench.source.gate.add_permits(10_000);
    for caller in callers {
        assert_eq!(token_of(&caller.await.unwrap().unwrap()), "token-1");
    }
    assert_eq!(bench.fetches(), 1);
}

#[tokio::test]
async fn a_failure_goes_to_all_who_wait_and_is_not_kept() {
    let bench = gated(
        &[Plan::Fails(IdentityErrorKind::Unavailable)],
        Plan::Lasts(DAY),
    );
    let callers: Vec<_> = (0..100).map(|_| bench.ask_aside()).collect();
    settle().await;
    bench.source.gate.add_permits(2);
    for caller in callers {
        let error = caller.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), IdentityErrorKind::Unavailable);
        assert_eq!(error.to_string(), "failure 1");
    }
    // Within the pause of one second the same error, without a fetch.
    bench.clock.advance(Duration::from_millis(999));
    let error = bench.ask().await.unwrap_err();
    assert_eq!(error.to_string(), "failure 1");
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1)));
    assert_eq!(bench.fetches(), 1);
    // After it the next caller tries again.
    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(bench.generation().await, Ok(1));
    assert_eq!(bench.fetches(), 2);
}

#[tokio::test]
async fn a_refused_login_is_not_repeated_within_half_a_minute() {
    let bench = bench(
        &[Plan::Fails(IdentityErrorKind::Rejected)],
        Plan::Lasts(DAY),
    );
    assert_eq!(bench.generation().await, Err(IdentityErrorKind::Rejected));
    bench.clock.advance(Duration::from_secs(29));
    assert_eq!(bench.generation().await, Err(IdentityErrorKind::Rejected));
    assert_eq!(bench.fetches(), 1);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.generation().await, Ok(1));
}

/// Other failures before it are no refused logins.
#[tokio::test]
async fn the_first_refused_login_waits_half_a_minute_whatever_went_before() {
    let lost = Plan::Fails(IdentityErrorKind::Connect);
    let bench = bench(&[lost; 5], Plan::Fails(IdentityErrorKind::Rejected));
    for _ in 0..5 {
        assert_eq!(bench.generation().await, Err(IdentityErrorKind::Connect));
        bench.clock.advance(Duration::from_secs(30));
    }
    assert_eq!(bench.generation().await, Err(IdentityErrorKind::Rejected));
    let error = bench.ask().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_caller_that_gives_up_strands_nobody() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let leader = bench.ask_aside();
    settle().await;
    let others: Vec<_> = (0..100).map(|_| bench.ask_aside()).collect();
    settle().await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    bench.source.gate.add_permits(2);
    for other in others {
        assert_eq!(other.await.unwrap().unwrap().generation(), 1);
    }
    assert_eq!(bench.fetches(), 1);
}

#[tokio::test]
async fn a_fetch_nobody_waits_for_any_more_still_lands() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let caller = bench.ask_aside();
    settle().await;
    caller.abort();
    bench.source.gate.add_permits(1);
    settle().await;
    assert_eq!(bench.generation().await, Ok(1));
    assert_eq!(bench.fetches(), 1);
}

#[tokio::test]
async fn dropping_the_cache_ends_the_fetch() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let caller = bench.ask_aside();
    settle().await;
    caller.abort();
    settle().await;
    let Bench { cache, source, .. } = bench;
    assert_eq!(
        Arc::strong_count(&source),
        2,
        "ours, and the one in the cache"
    );
    drop(cache);
    settle().await;
    assert_eq!(
        Arc::strong_count(&source),
        1,
        "no task is left that holds it"
    );
    assert_eq!(source.done.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_source_that_panics_gives_an_error_and_not_a_hang() {
    let bench = bench(
        &[Plan::Panics, Plan::Panics, Plan::Panics],
        Plan::Lasts(DAY),
    );
    assert_eq!(
        bench.generation().await,
        Err(IdentityErrorKind::Interrupted)
    );
    assert_eq!(bench.generation().await, Ok(1));
}

/// Without a runtime the first caller runs the fetch; when it gives up, the next takes over.
#[test]
fn outside_a_runtime_the_next_caller_takes_over() {
    use std::task::{Context, Poll, Waker};
    let bench = gated(&[], Plan::Lasts(DAY));
    let mut context = Context::from_waker(Waker::noop());
    let mut leader = bench.cache.identity(&bench.context);
    let mut other = bench.cache.identity(&bench.context);
    assert!(leader.as_mut().poll(&mut context).is_pending());
    assert!(other.as_mut().poll(&mut context).is_pending());
    assert_eq!(bench.fetches(), 1);
    drop(leader);
    bench.source.gate.add_permits(1);
    let Poll::Ready(Ok(identity)) = other.as_mut().poll(&mut context) else {
        panic!("the other takes over and finishes")
    };
    assert_eq!(identity.generation(), 1);
    assert_eq!(bench.fetches(), 2);
}

#[tokio::test]
async fn renewal_is_early_and_in_the_background() {
    let bench = gated(&[], Plan::Lasts(DAY));
    bench.source.gate.add_permits(1);
    assert_eq!(bench.generation().await, Ok(1));
    // 75 % of a day: earlier than any jitter.
    bench.clock.advance(HOUR * 18 - Duration::from_secs(1));
    assert_eq!(bench.generation().await, Ok(1));
    settle().await;
    assert_eq!(bench.fetches(), 1);
    // 80 %: due at the latest. The old one is used while the new one is fetched, by one fetch.
    bench.clock.advance(HOUR * 2);
    for _ in 0..100 {
        assert_eq!(bench.generation().await, Ok(1));
    }
    settle().await;
    assert_eq!(bench.fetches(), 2);
    bench.source.gate.add_permits(1);
    settle().await;
    assert_eq!(bench.generation().await, Ok(2));
    // The new life began with the second fetch.
    bench.clock.advance(HOUR * 17);
    assert_eq!(bench.generation().await, Ok(2));
    assert_eq!(bench.fetches(), 2);
}

#[tokio::test]
async fn a_failed_renewal_leaves_the_old_one_in_use_until_its_end() {
    let plans = [Plan::Lasts(HOUR), Plan::Fails(IdentityErrorKind::Connect)];
    let bench = bench(&plans, Plan::Lasts(HOUR));
    assert_eq!(bench.generation().await, Ok(1));
    bench.clock.advance(Duration::from_secs(3000));
    assert_eq!(bench.generation().await, Ok(1));
    settle().await;
    assert_eq!(bench.fetches(), 2);
    assert_eq!(bench.generation().await, Ok(1), "still good");
    settle().await;
    assert_eq!(bench.fetches(), 2, "and not tried again at once");
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.generation().await, Ok(1));
    settle().await;
    assert_eq!(
        bench.generation().await,
        Ok(2),
        "the next try brought a new one"
    );
}

#[tokio::test]
async fn an_identity_is_not_handed_out_shortly_before_its_end() {
    let plans = [Plan::Lasts(HOUR), Plan::Fails(IdentityErrorKind::Connect)];
    let bench = bench(&plans, Plan::Lasts(HOUR));
    assert_eq!(bench.generation().await, Ok(1));
    bench.clock.advance(HOUR - Duration::from_secs(10));
    assert_eq!(bench.generation().await, Err(IdentityErrorKind::Connect));
}

#[tokio::test]
async fn jumps_of_the_wall_clock_change_nothing() {
    let bench = bench(&[], Plan::Lasts(DAY));
    assert_eq!(bench.generation().await, Ok(1));
    for hours in [1, -2, 1000, -5000] {
        let now = Clock::now(&bench.clock);
        bench
            .clock
            .set_wall_time(now + jiff::SignedDuration::from_hours(hours));
        assert_eq!(bench.generation().await, Ok(1));
    }
    settle().await;
    assert_eq!(bench.fetches(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_refusals_of_one_generation_make_one_fetch() {
    let bench = Arc::new(bench(&[], Plan::Lasts(DAY)));
    let first = bench.ask().await.unwrap();
    let callers: Vec<_> = (0..500)
        .map(|_| {
            let (bench, first) = (Arc::clone(&bench), first.clone());
            tokio::spawn(async move {
                assert!(
                    bench.cache.refused(&first),
                    "asking again can give another one"
                );
                bench.ask().await.unwrap().generation()
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 2);
    }
    assert_eq!(bench.fetches(), 2);
    // A straggler that still used the first does not drop the second.
    assert!(bench.cache.refused(&first));
    assert_eq!(bench.generation().await, Ok(2));
    assert_eq!(bench.fetches(), 2);
}

#[tokio::test]
async fn a_replacement_that_is_refused_too_stops_for_half_a_minute() {
    let bench = bench(&[], Plan::Lasts(DAY));
    let first = bench.ask().await.unwrap();
    assert!(bench.cache.refused(&first));
    let second = bench.ask().await.unwrap();
    assert!(!bench.cache.refused(&second), "renewing does not help");
    assert!(
        !bench.cache.refused(&second),
        "nor for the others that used it"
    );
    assert!(!bench.cache.refused(&first));
    let error = bench.ask().await.unwrap_err();
    assert_eq!(error.kind(), IdentityErrorKind::Refused);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(bench.fetches(), 2);
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(bench.generation().await, Ok(3));
}

#[tokio::test]
async fn a_success_ends_the_suspicion() {
    let bench = bench(&[], Plan::Lasts(DAY));
    for generation in 1..=5 {
        let identity = bench.ask().await.unwrap();
        assert_eq!(identity.generation(), generation);
        bench.cache.accepted(&identity);
        bench.clock.advance(Duration::from_secs(10));
        assert!(bench.cache.refused(&identity), "{generation}");
    }
}

#[tokio::test]
async fn a_success_that_comes_late_ends_the_pause() {
    for late in [0, 1] {
        let bench = bench(&[], Plan::Lasts(DAY));
        let first = bench.ask().await.unwrap();
        assert!(bench.cache.refused(&first));
        let second = bench.ask().await.unwrap();
        assert!(!bench.cache.refused(&second));
        assert_eq!(bench.generation().await, Err(IdentityErrorKind::Refused));
        bench.cache.accepted([&first, &second][late]);
        assert_eq!(bench.generation().await, Ok(3), "{late}");
    }
}

#[tokio::test]
async fn a_success_does_not_end_the_pause_after_a_refused_login() {
    let bench = bench(
        &[Plan::Lasts(DAY)],
        Plan::Fails(IdentityErrorKind::Rejected),
    );
    let first = bench.ask().await.unwrap();
    assert!(bench.cache.refused(&first));
    assert_eq!(bench.generation().await, Err(IdentityErrorKind::Rejected));
    bench.cache.accepted(&first);
    assert_eq!(bench.generation().await, Err(IdentityErrorKind::Rejected));
    assert_eq!(bench.fetches(), 2);
}

#[tokio::test]
async fn after_a_success_a_refused_replacement_stays_in_use_and_is_replaced_later() {
    let bench = bench(&[], Plan::Lasts(DAY));
    let first = bench.ask().await.unwrap();
    bench.cache.accepted(&first);
    assert!(bench.cache.refused(&first));
    let second = bench.ask().await.unwrap();
    for _ in 0..10 {
        assert!(!bench.cache.refused(&second), "no storm of logins");
        assert_eq!(bench.generation().await, Ok(2), "others go on with it");
    }
    bench.clock.advance(Duration::from_secs(30));
    assert!(bench.cache.refused(&second));
    assert_eq!(bench.generation().await, Ok(3));
}

#[tokio::test]
async fn a_replacement_that_worked_for_long_may_be_replaced_again() {
    let bench = bench(&[], Plan::Lasts(DAY));
    for generation in 1..=5 {
        let identity = bench.ask().await.unwrap();
        assert_eq!(identity.generation(), generation);
        bench.clock.advance(HOUR);
        assert!(bench.cache.refused(&identity));
    }
}

#[test]
fn a_flight_survives_neither_its_runtime_nor_blocks_the_next_one() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let build = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let runtime = build();
    runtime.block_on(async {
        let caller = bench.ask_aside();
        settle().await;
        caller.abort();
    });
    drop(runtime);
    bench.source.gate.add_permits(1);
    assert_eq!(build().block_on(bench.generation()), Ok(1));
}

/// A runtime that is kept and not driven any more carries nothing on: callers on another one wait for a while, then fetch themselves.
#[test]
fn a_flight_on_a_runtime_that_nobody_drives_holds_nobody_up_for_ever() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let idle = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    idle.block_on(async {
        let caller = bench.ask_aside();
        settle().await;
        caller.abort();
    });
    assert_eq!(bench.fetches(), 1);
    // One for the fetch that nobody carries on.
    bench.source.gate.add_permits(2);
    assert_eq!(bench.clock.run(bench.generation()), Ok(1));
    assert_eq!(Clock::elapsed(&bench.clock), Duration::from_secs(20));
    assert_eq!(bench.fetches(), 2);
    // Driven again, it has ended and changes nothing.
    idle.block_on(settle());
    assert_eq!(bench.clock.run(bench.generation()), Ok(1));
    // So it is with a renewal.
    bench.clock.advance(HOUR * 20);
    assert_eq!(idle.block_on(bench.generation()), Ok(1));
    bench.source.gate.add_permits(2);
    bench.clock.advance(HOUR * 4);
    assert_eq!(bench.clock.run(bench.generation()), Ok(2));
}

/// Nor do runtimes that are all driven end each other's fetches for ever, however slow the issuer is.
#[test]
fn a_slow_fetch_is_ended_from_another_runtime_only_once() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let build = || {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
    };
    let (one, other) = (build(), build());
    let ask_on = |runtime: &tokio::runtime::Runtime| {
        let entered = runtime.enter();
        let caller = bench.ask_aside();
        drop(entered);
        runtime.block_on(settle());
        caller
    };
    let callers = [ask_on(&one), ask_on(&other)];
    assert_eq!(bench.fetches(), 1);
    bench.clock.advance(Duration::from_secs(20));
    other.block_on(settle());
    // Its caller looks on.
    one.block_on(settle());
    assert_eq!(bench.fetches(), 2);
    // The second one takes 39 seconds, and is let.
    bench.clock.advance(Duration::from_secs(39));
    one.block_on(settle());
    assert_eq!(bench.fetches(), 2);
    bench.source.gate.add_permits(1);
    other.block_on(settle());
    one.block_on(settle());
    for (runtime, caller) in [&one, &other].into_iter().zip(callers) {
        let identity = runtime.block_on(caller).unwrap().unwrap();
        assert_eq!(identity.generation(), 1);
    }
    assert_eq!(bench.fetches(), 2);
}

/// On one runtime a slow issuer is waited for as long as it takes.
#[test]
fn a_slow_fetch_on_the_same_runtime_is_waited_for() {
    let bench = gated(&[], Plan::Lasts(DAY));
    let clock = bench.clock.clone();
    let generation = bench.clock.run(async {
        let caller = bench.ask_aside();
        settle().await;
        clock.advance(HOUR);
        let other = bench.ask_aside();
        settle().await;
        bench.source.gate.add_permits(1);
        caller.await.unwrap().unwrap();
        other.await.unwrap().unwrap().generation()
    });
    assert_eq!((generation, bench.fetches()), (1, 1));
}

/// Readers during constant refusal and renewal: what they get is always one whole generation.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_ever_sees_a_torn_identity() {
    let bench = Arc::new(bench(&[], Plan::Lasts(DAY)));
    let readers: Vec<_> = (0..64)
        .map(|reader| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move {
                for round in 0..200_u64 {
                    let identity = bench.ask().await.unwrap();
                    let token = token_of(&identity);
                    assert_eq!(token, format!("token-{}", identity.generation()));
                    if (round + reader).is_multiple_of(16) {
                        // Past the window in which a second refusal means that renewing is useless.
                        bench.clock.advance(Duration::from_secs(301));
                        bench.cache.refused(&identity);
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap();
    }
    let last = bench.ask().await.unwrap();
    assert_eq!(last.generation(), bench.fetches() as u64);
}
