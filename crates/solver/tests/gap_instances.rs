//! The forty generalized assignment instances gap1 to gap8 of OR-Library, as a desk's day: one account an agent,
//! one security a job, a load with the agent's capacity as limit, a cost with priority -1. Each must end proven
//! at the published optimum.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{Amount, Day, Desk};
use solver::{Outcome, Settings, backends, solve};
use test_desks::{Add, With, account, by_type, day, desk};

/// The instances, beside a checkout or where the variable says.
fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/gap");
    let folder = std::env::var_os("PB_ASSIGN_GAP_DATA").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

fn day_of(instance: &str) -> (Desk, Day) {
    let numbers: Vec<usize> =
        instance.split_whitespace().map(|number| number.parse().expect("a whole number")).collect();
    let (agents, jobs) = (numbers[0], numbers[1]);
    let (costs, rest) = numbers[2..].split_at(agents * jobs);
    let (weights, capacities) = rest.split_at(agents * jobs);
    let account_of = |agent: usize| {
        let load = by_type("load", &[]).max(&capacities[agent].to_string());
        account(&format!("A{agent:02}"), vec![load, by_type("cost", &[]).priority("-1")])
    };
    let mut desk = desk((0..agents).map(account_of).collect());
    desk.settle_trades = false;
    let mut day = (0..jobs).fold(day(), |day, job| day.trade(&format!("J{job:03} buy 1 S{job:03} job")));
    for agent in 0..agents {
        for job in 0..jobs {
            let index = agent * jobs + job;
            day = day.coefficient(&format!("A{agent:02} cost S{job:03} {}", costs[index]));
            day = day.coefficient(&format!("A{agent:02} load S{job:03} {}", weights[index]));
        }
    }
    (desk, day)
}

#[test]
fn the_forty_or_library_instances_end_proven_at_their_optimum() {
    let Some(folder) = data() else {
        println!("skipped: no instances; set PB_ASSIGN_GAP_DATA to the folder that has optima.csv");
        return;
    };
    let optima = std::fs::read_to_string(folder.join("optima.csv")).unwrap();
    let forty = optima.lines().filter(|line| line.starts_with("gap")).map(|line| line.split(',').collect::<Vec<_>>());
    let mut solved = 0;
    for fields in forty {
        let (name, published) = (fields[0], fields[3]);
        let (desk, day) = day_of(&std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap());
        let book = metric_engine::compile(&desk, &day).unwrap();
        let problem = constraint_manager::build(&book, false).unwrap();
        let settings = Settings::with(Duration::from_secs(120), Amount::zero(), Arc::new(backends::highs::Highs));
        match solve(&problem, &settings, &mut |_| ()).outcome {
            Outcome::Proven(plan) => assert_eq!(plan.value.unwrap().to_string(), format!("-{published}"), "{name}"),
            other => panic!("{name}: {other:?}"),
        }
        solved += 1;
    }
    assert_eq!(solved, 40);
}
