//! What came to a search from outside: with the same again, at the same counted points, it comes to the same again.

use constraint_manager::AssignmentProblem;
use domain::Amount;

use crate::conflict::excesses;
use crate::others::Answer;

/// What had a part in an answer besides the problem and the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Course {
    /// Where the clock, the effort or others cut the search: [`search::Found::cuts`].
    pub cuts: Vec<u64>,
    /// The plans of others that it went on from.
    pub told: Vec<Told>,
    /// The last word of the others, where that made another answer of what the search had come to.
    pub last_word: Option<LastWord>,
}

/// A plan that a search was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// After which round.
    pub round: u64,
    /// The account of each trade, as an index.
    pub plan: Vec<usize>,
}

/// What others say when all have ended. Plans are the account of each trade, as an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastWord {
    /// A plan, and what no plan can exceed, which is a claim.
    Plan(Vec<usize>, Option<Amount>),
    /// A plan that was found without the objective.
    Dropped(Vec<usize>),
    /// There is no plan; the placement that comes nearest, where one was found.
    NoPlan(Option<Vec<usize>>),
}

impl Course {
    /// Whether nobody else had a part in it.
    pub fn is_alone(&self) -> bool {
        self.told.is_empty() && self.last_word.is_none()
    }

    /// The plan to be told after a round.
    pub(crate) fn told_after(&self, round: u64) -> Option<Vec<usize>> {
        self.told.iter().find(|told| told.round == round).map(|told| told.plan.clone())
    }
}

impl LastWord {
    /// What is left of an answer to be kept; nothing of a failure.
    pub(crate) fn of(answer: &Answer) -> Option<Self> {
        match answer.clone() {
            Answer::Plan(plan, bound) => Some(Self::Plan(plan, bound)),
            Answer::Dropped(plan) => Some(Self::Dropped(plan)),
            Answer::Infeasible(_, nearest) => Some(Self::NoPlan(nearest)),
            Answer::Failed(_) | Answer::Nothing => None,
        }
    }

    /// The answer again.
    pub(crate) fn answer(&self, problem: &AssignmentProblem) -> Answer {
        match self.clone() {
            Self::Plan(plan, bound) => Answer::Plan(plan, bound),
            Self::Dropped(plan) => Answer::Dropped(plan),
            Self::NoPlan(nearest) => {
                let rows = nearest.as_ref().map(|placement| excesses(problem, placement)).unwrap_or_default();
                Answer::Infeasible(rows, nearest)
            }
        }
    }
}
