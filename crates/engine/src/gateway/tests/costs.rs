//! What calls cost, by what their operation bills and what the answer says.

use super::*;

/// A credit costs 0.5.
fn settings(caps: Caps) -> Settings {
    let prices = BTreeMap::from([("credit".to_owned(), 0.5)]);
    let lane = LaneSettings { prices, ..LaneSettings::default() };
    Settings { caps, lanes: BTreeMap::from([("p".to_owned(), lane)]), ..Settings::default() }
}

fn world(provider: Scripted) -> World {
    World::with(provider, settings(Caps::default()))
}

fn spent(world: &World) -> Vec<(Option<f64>, Option<f64>)> {
    world.events.costs.lock().unwrap().iter().map(|cost| (cost.units, cost.money)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_billed_when_found_costs_nothing_without_data() {
    let world = world(Scripted::default());
    assert_eq!(world.operation("per_hit", 1).await, "found 1");
    assert_eq!(world.operation("per_hit", 404).await, "no data");
    assert_eq!(spent(&world), [(Some(1.0), Some(0.5)), (Some(0.0), Some(0.0))]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_states_its_cost_costs_that() {
    for (stated, expect) in [
        (2.5, (Some(2.5), Some(1.25))),
        (0.0, (Some(0.0), Some(0.0))),
        // Nonsense is not believed.
        (-1.0, (Some(1.0), Some(0.5))),
        (f64::NAN, (Some(1.0), Some(0.5))),
    ] {
        let world = world(Scripted { cost: Some(stated), ..Scripted::default() });
        assert_eq!(world.operation("per_hit", 1).await, "found 1");
        assert_eq!(spent(&world), [expect], "{stated}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_worst_is_reserved_and_the_rest_is_given_back() {
    // 3 credits fit at the worst, and each answer costs 1: all three are bought, one after another.
    let world = World::with(Scripted::default(), settings(Caps { calls: None, cost: Some(2.5) }));
    let ends = [1, 2, 3, 4].map(|n| world.operation("per_hit", n));
    let ends = futures::future::join_all(ends).await;
    assert_eq!(ends.iter().filter(|end| end.starts_with("found")).count(), 3, "{ends:?}");
    assert_eq!(ends.iter().filter(|end| *end == "closed budget").count(), 1, "{ends:?}");
    assert_eq!(world.provider.most_in_flight.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn free_calls_count_towards_no_cap() {
    let world = World::with(Scripted::default(), settings(Caps { calls: Some(1), cost: Some(0.0) }));
    for n in 0..5 {
        assert_eq!(world.operation("free", n).await, format!("found {n}"));
    }
    assert_eq!((world.sends(), world.count("spent")), (5, 0));
    assert_eq!(world.operation("per_hit", 1).await, "closed budget");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_vendor_that_bills_requests_is_paid_for_and_final() {
    let world = world(scripted(&[(1, &[Act::Fail(transient)]), (2, &[Act::Fail(throttled)])]));
    assert_eq!(world.operation("per_request", 1).await, "upstream");
    assert_eq!(world.operation("per_request", 1).await, "upstream", "it is not bought again");
    assert_eq!((world.sends(), world.count("reused")), (1, 1));
    assert_eq!(spent(&world), [(Some(1.0), Some(0.5))]);
    assert_eq!(world.operation("per_request", 2).await, "found 2", "what is rejected is not billed");
    assert_eq!(spent(&world).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_price_for_the_operation_outranks_the_price_of_a_unit() {
    let mut settings = settings(Caps::default());
    settings.lanes.get_mut("p").unwrap().prices.insert("per_hit".to_owned(), 0.125);
    let world = World::with(Scripted::default(), settings);
    let price = world.gateway.price("p", "per_hit").unwrap();
    assert_eq!((price.least, price.most.money, price.most.units), (Cost::FREE, Some(0.125), Some(3.0)));
    assert_eq!(world.operation("per_hit", 1).await, "found 1");
    assert_eq!(spent(&world), [(Some(1.0), Some(0.125))]);
    let price = world.gateway.price("p", "paid").unwrap();
    assert_eq!((price.least, price.most), (Cost::UNKNOWN, Cost::UNKNOWN), "unknown is never free");
}
