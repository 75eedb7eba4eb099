//! Generalized assignment: each job goes to one agent, at a cost, within each agent's capacity.
//! `min Σ c[a,j]·x[a,j]`, `Σ_j w[a,j]·x[a,j] <= C[a]`, `Σ_a x[a,j] = 1`.
//!
//! As a desk: an account an agent, a trade of value 1 a job, metric `cost` with priority -1 and coefficient `c`,
//! metric `load` with maximum `C` and coefficient `w`. The instances of the OR-Library have published optima.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::{Outcome, XtaskError};
use crate::files;
use crate::random::Random;

/// One instance; rows by agent, columns by job.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GapInstance {
    pub(crate) costs: Vec<Vec<u32>>,
    pub(crate) weights: Vec<Vec<u32>>,
    pub(crate) capacities: Vec<u32>,
}

impl GapInstance {
    /// Reads one from a file.
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        Self::parse(&files::read(path)?).map_err(|what| XtaskError::Refused {
            what: format!("understand {}: {what}", path.display()),
            hint: "the form is `agents jobs`, costs, weights, capacities".to_owned(),
        })
    }

    /// Reads the OR-Library's form: `agents jobs`, a row of costs for each agent, a row of weights for each
    /// agent, the capacities. Rows may go over several lines. Says what is wrong where it is of another form.
    fn parse(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u32>, _> = text.split_whitespace().map(str::parse).collect();
        let numbers = numbers.map_err(|error| format!("not whole numbers only: {error}"))?;
        let [agents, jobs, rest @ ..] = numbers.as_slice() else {
            return Err("it does not start with two numbers, agents and jobs".to_owned());
        };
        let (agents, jobs) = (*agents as usize, *jobs as usize);
        let want = 2 * agents * jobs + agents;
        if agents == 0 || jobs == 0 || rest.len() != want {
            return Err(format!("{} numbers after the first line, {want} expected", rest.len()));
        }
        let (costs, rest) = rest.split_at(agents * jobs);
        let (weights, capacities) = rest.split_at(agents * jobs);
        let rows = |numbers: &[u32]| numbers.chunks(jobs).map(<[u32]>::to_vec).collect();
        Ok(Self { costs: rows(costs), weights: rows(weights), capacities: capacities.to_vec() })
    }

    /// An instance whose optimum is hard to prove: what is light at an agent is dear there, and capacities are
    /// tight. `w` from 1 to 100, `c = 111 - w + [-10, 10]`, `C = 0.8·Σw/agents`. Source: type D of Chu and
    /// Beasley, 1997.
    pub(crate) fn hard(agents: usize, jobs: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut row = || (0..jobs).map(|_| random.below(100) + 1).collect::<Vec<u32>>();
        let weights: Vec<Vec<u32>> = (0..agents).map(|_| row()).collect();
        let mut cost = |weight: &u32| 101 - weight + random.below(21); // 111 - w - 10 + [0, 20]
        let costs = weights.iter().map(|row| row.iter().map(&mut cost).collect()).collect();
        let divisor = u32::try_from(5 * agents.max(1)).unwrap_or(u32::MAX);
        let capacities = weights.iter().map(|row| 4 * row.iter().sum::<u32>() / divisor).collect();
        Self { costs, weights, capacities }
    }

    /// Writes the desk into a folder: desk.yaml, trades.csv, positions.csv, coefficients.csv.
    pub(crate) fn write_desk(&self, folder: &Path, solver: &str) -> Outcome {
        files::make_empty(folder)?;
        files::write(&folder.join("desk.yaml"), &self.configuration(solver))?;
        files::write(&folder.join("trades.csv"), &self.trades())?;
        let header = "account,security,security_type,quantity,price,accrued_interest\n";
        files::write(&folder.join("positions.csv"), header)?;
        files::write(&folder.join("coefficients.csv"), &self.coefficients())
    }

    fn configuration(&self, solver: &str) -> String {
        let mut text = format!(
            "version: 1\nbase_currency: USD\n\
             inputs: {{ trades: trades.csv, positions: positions.csv, coefficients: coefficients.csv }}\n\
             valuation: {{ price_quote: per_unit, accrued: amount }}\n\
             cash: {{ settle_trades: false }}\n\
             solver: {solver}\n\
             metrics:\n  cost: {{ coefficients: {{}}, priority: -1 }}\n  load: {{ coefficients: {{}} }}\n\
             accounts:\n"
        );
        for (agent, capacity) in self.capacities.iter().enumerate() {
            let agent = agent + 1;
            let _ = writeln!(text, "  - id: A{agent}\n    metrics: {{ cost: {{}}, load: {{ max: {capacity} }} }}");
        }
        text
    }

    fn trades(&self) -> String {
        let mut text = "trade_id,side,security,security_type,quantity,price,accrued_interest\n".to_owned();
        for job in 1..=self.costs.first().map_or(0, Vec::len) {
            let _ = writeln!(text, "T{job},buy,J{job},job,1,1,0");
        }
        text
    }

    fn coefficients(&self) -> String {
        let mut text = "account,metric,security,coefficient\n".to_owned();
        for (metric, rows) in [("cost", &self.costs), ("load", &self.weights)] {
            for (agent, row) in rows.iter().enumerate() {
                for (job, coefficient) in row.iter().enumerate() {
                    let _ = writeln!(text, "A{},{metric},J{},{coefficient}", agent + 1, job + 1);
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_BY_THREE: &str = " 2 3\n 1 2\n 3\n 4 5 6\n 7 8 9\n 10 11 12\n 13 14\n";

    #[test]
    fn the_library_s_form_is_read() {
        let instance = GapInstance::parse(TWO_BY_THREE).unwrap();
        assert_eq!(instance.costs, [[1, 2, 3], [4, 5, 6]]);
        assert_eq!(instance.weights, [[7, 8, 9], [10, 11, 12]]);
        assert_eq!(instance.capacities, [13, 14]);
        assert_eq!(GapInstance::parse("2 3\n1").unwrap_err(), "1 numbers after the first line, 14 expected");
        assert!(GapInstance::parse("2 x").unwrap_err().contains("whole numbers"));
    }

    #[test]
    fn an_instance_becomes_a_desk() {
        let folder = tempfile::tempdir().unwrap();
        let instance = GapInstance::parse(TWO_BY_THREE).unwrap();
        instance.write_desk(folder.path(), "{ gap: 0, timeout: 60s }").unwrap();
        let read = |name: &str| files::read(&folder.path().join(name)).unwrap();
        assert!(read("desk.yaml").ends_with("  - id: A2\n    metrics: { cost: {}, load: { max: 14 } }\n"));
        assert!(read("trades.csv").ends_with("T3,buy,J3,job,1,1,0\n"));
        assert!(read("coefficients.csv").contains("A2,cost,J3,6\nA1,load,J1,7\n"));
    }

    #[test]
    fn a_hard_instance_is_tight_and_the_same_each_time() {
        let instance = GapInstance::hard(5, 100, 7);
        assert_eq!(instance, GapInstance::hard(5, 100, 7));
        for (costs, weights) in instance.costs.iter().zip(&instance.weights) {
            assert!(weights.iter().all(|w| (1..=100).contains(w)));
            assert!(costs.iter().zip(weights).all(|(c, w)| (101..=121).contains(&(c + w)))); // 111 ± 10
        }
        let total: u32 = instance.weights[0].iter().sum();
        assert_eq!(instance.capacities[0], 4 * total / 25); // 0.8 × total / 5
    }
}
