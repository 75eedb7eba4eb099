//! What is solved: a fixed list of made-up desks, and the generalized assignment instances where they are at hand.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::model::{self, Plan};
use crate::bench::WORK;
use crate::bench::gap::{Published, published};
use crate::desk_generator::{self, Class, DeskPlan};
use crate::error::{Outcome, XtaskError};
use crate::files;
use crate::gap_instance::GapInstance;

/// Trades, accounts, metrics and seed of each class's desks; a class adds to the seed. What it leaves when divided by
/// three decides the kinds of metrics, which is why each remainder is there twice.
const SIZES: [(usize, usize, usize, u64); 6] =
    [(50, 3, 6, 1), (80, 4, 8, 2), (100, 5, 12, 3), (150, 4, 12, 6), (200, 5, 16, 5), (200, 5, 20, 4)];
/// The sizes that a quick run takes.
const QUICK_SIZES: [usize; 2] = [2, 5];
const QUICK_GAPS: [&str; 4] = ["c05100", "d05100", "d05200", "e05100"];

/// What is added to a seed that no desk can be made of, as often as it takes: a multiple of three, and more than any series adds.
const NEXT_SEED: u64 = 24_000;

/// The classes of made-up desks, and those of generalized assignment.
const DESKS: [(&str, Class); 4] =
    [("loose", Class::Loose), ("mid", Class::Mid), ("tight", Class::Tight), ("band", Class::Band)];
const GAPS: [&str; 5] = ["gap-a", "gap-b", "gap-c", "gap-d", "gap-e"];

/// Relative gaps that count as proof. Costs of generalized assignment are whole: there the best is proven to the end.
const DESK_GAP: f64 = 0.0001;
const GAP_GAP: f64 = 0.0;

/// Something to solve.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) name: String,
    pub(super) class: String,
    pub(super) gap: f64,
    /// The smallest cost that is published.
    pub(super) published: Option<u32>,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    /// With the settings of the solver left open.
    Made(DeskPlan),
    Stored {
        path: PathBuf,
    },
}

/// An instance in files.
pub(super) struct Prepared {
    pub(super) folder: PathBuf,
    pub(super) desk: PathBuf,
    pub(super) model: PathBuf,
    /// In the objective's unit.
    pub(super) spread: f64,
    /// Tells whether an earlier measurement was of the same model.
    pub(super) digest: String,
    /// A plan that is known to keep the limits.
    pub(super) planted: Option<Plan>,
}

/// The names of all classes.
pub(super) fn classes() -> Vec<&'static str> {
    DESKS.iter().map(|(name, _)| *name).chain(GAPS).collect()
}

/// The instances of some classes, all of them or a few; another series has desks of the same sizes and kinds with other
/// seeds.
pub(super) fn list(wanted: &[String], is_quick: bool, series: u64, data: &Path) -> Outcome<Vec<Instance>> {
    if let Some(unknown) = wanted.iter().find(|class| !classes().contains(&class.as_str())) {
        return Err(XtaskError::Refused {
            what: format!("find the class {unknown}"),
            hint: format!("the classes are {}", classes().join(", ")),
        });
    }
    let is_wanted = |class: &str| wanted.is_empty() || wanted.iter().any(|each| each == class);
    let mut instances = Vec::new();
    for (number, (name, class)) in DESKS.iter().enumerate().filter(|(_, (name, _))| is_wanted(name)) {
        for (index, (trades, accounts, metrics, seed)) in SIZES.into_iter().enumerate() {
            if !is_quick || QUICK_SIZES.contains(&index) {
                let seed = seed + (SIZES.len() * (number + DESKS.len() * series as usize)) as u64;
                let plan = |seed| DeskPlan {
                    trades,
                    accounts,
                    metrics,
                    class: *class,
                    seed,
                    solver: String::new(),
                    pinned: false,
                };
                let seeds = (0_u64..).map(|turn| plan(seed + turn * NEXT_SEED));
                let plan = seeds.into_iter().find(desk_generator::is_possible).expect("most seeds make a desk");
                let name = format!("{name}-{trades}x{accounts}x{metrics}-{}", plan.seed);
                let source = Source::Made(plan);
                instances.push(Instance {
                    name,
                    class: DESKS[number].0.to_owned(),
                    gap: DESK_GAP,
                    published: None,
                    source,
                });
            }
        }
    }
    let stored = published(data)?;
    if stored.is_empty() && GAPS.iter().any(|class| is_wanted(class)) {
        eprintln!("bench peers: no generalized assignment instances in {}; left out", data.display());
    }
    for Published { name, best, .. } in stored {
        let class = format!("gap-{}", name.chars().next().unwrap_or_default());
        let is_chosen = !is_quick || QUICK_GAPS.contains(&name.as_str());
        if GAPS.contains(&class.as_str()) && !name.starts_with("gap") && is_wanted(&class) && is_chosen {
            let source = Source::Stored { path: data.join(format!("{name}.txt")) };
            instances.push(Instance { name, class, gap: GAP_GAP, published: Some(best), source });
        }
    }
    Ok(instances)
}

impl Instance {
    /// Writes the desk and exports its model.
    pub(super) fn prepare(&self, root: &Path, program: &Path, limit_s: f64) -> Outcome<Prepared> {
        let folder = root.join(WORK).join("peers").join(&self.name);
        let (desk, model) = (folder.join("desk"), folder.join("model.mps"));
        let solver = format!("{{ timeout: {limit_s}s, gap: {} }}", self.gap);
        match &self.source {
            Source::Made(plan) => desk_generator::write_desk(&DeskPlan { solver, ..plan.clone() }, &desk)?,
            Source::Stored { path } => GapInstance::read(path)?.write_desk(&desk, &solver)?,
        }
        let mut command = Command::new(program);
        command.args(["model", "--format", "mps", "--config"]).arg(desk.join("desk.yaml")).arg("--output").arg(&model);
        let output = command.output().map_err(XtaskError::start_of_product)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(XtaskError::Ended { command: "pb-assign model".to_owned(), status: said });
        }
        let mps = files::read(&model)?;
        let digest = fnv1a(format!("{limit_s} {}\n{mps}", self.gap).as_bytes());
        let path = desk.join("planted.csv");
        let planted = if path.exists() { Some(planted(&files::read(&path)?)) } else { None };
        Ok(Prepared { spread: model::spread(&mps), digest, planted, folder, desk, model })
    }
}

/// The plan in a file `trade_id,account`.
fn planted(csv: &str) -> Plan {
    let pairs = csv.lines().skip(1).filter_map(|line| line.split_once(','));
    pairs.map(|(trade, account)| (trade.to_owned(), account.to_owned())).collect()
}

/// A digest that is the same in every version. Source: Fowler, Noll, Vo, FNV-1a of 64 bits.
fn fnv1a(bytes: &[u8]) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_fixed_and_a_quick_run_takes_a_part_of_it() {
        let nowhere = Path::new("no-such-folder");
        let all = list(&[], false, 0, nowhere).unwrap();
        assert_eq!(all.len(), 24);
        let names: std::collections::BTreeSet<&str> = all.iter().map(|instance| instance.name.as_str()).collect();
        assert_eq!(names.len(), 24);
        assert!(names.contains("band-200x5x20-22"));
        let quick = list(&["band".to_owned()], true, 0, nowhere).unwrap();
        assert_eq!(
            quick.iter().map(|each| each.name.as_str()).collect::<Vec<_>>(),
            ["band-100x5x12-21", "band-200x5x20-22"]
        );
        assert!(
            list(&["bad".to_owned()], true, 0, nowhere).unwrap_err().to_string().contains("loose, mid, tight, band")
        );
    }

    #[test]
    fn another_series_has_other_desks_of_the_same_kinds() {
        let (first, third) = (list(&[], false, 0, Path::new("")).unwrap(), list(&[], false, 2, Path::new("")).unwrap());
        for (one, other) in first.iter().zip(&third) {
            let (Source::Made(one), Source::Made(other)) = (&one.source, &other.source) else {
                panic!("a desk is made")
            };
            let same = (one.seed + 48, one.seed % 3, one.metrics);
            assert_eq!(same, (other.seed % NEXT_SEED, other.seed % 3, other.metrics));
        }
    }

    #[test]
    fn a_seed_that_no_desk_can_be_made_of_is_passed_over() {
        let mid = list(&["mid".to_owned()], false, 3, Path::new("")).unwrap();
        // 1 + 6 · (1 + 4 · 3) is the seed that would follow.
        assert_eq!(mid[0].name, "mid-50x3x6-24079");
        assert_eq!(mid[1].name, "mid-80x4x8-80");
    }

    #[test]
    fn stored_instances_are_classed_by_their_first_letter() {
        let folder = tempfile::tempdir().unwrap();
        let table = "instance,agents,jobs,best_known_min,bound_min\ngap1-0,5,15,261,261\nc05100,5,100,1931,1931\n\
            d05100,5,100,6353,6350\n";
        files::write(&folder.path().join("optima.csv"), table).unwrap();
        let found = list(&["gap-c".to_owned(), "gap-d".to_owned()], false, 0, folder.path()).unwrap();
        let named: Vec<(&str, &str)> = found.iter().map(|each| (each.name.as_str(), each.class.as_str())).collect();
        assert_eq!(named, [("c05100", "gap-c"), ("d05100", "gap-d")]);
    }

    #[test]
    fn the_digest_is_the_published_one() {
        assert_eq!(fnv1a(b""), "cbf29ce484222325");
        assert_eq!(fnv1a(b"foobar"), "85944171f73967e8");
    }
}
