//! Who is asked when several backends are there: one after the other, until one does not fail. A failure costs its
//! time and no more: points that were found before it stay.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::backend::{Backend, Control, Effort, Ending, News, Stop};
use crate::build_model::Purpose;
use crate::course::Course;
use crate::model::Model;
use crate::outcome::Work;
use crate::scale::FloatModel;

/// The backends of a run, in the order of preference. A backend that failed is asked last from then on; copies share
/// what happened.
#[derive(Clone)]
pub struct Backends {
    list: Arc<[Arc<dyn Backend>]>,
    first: Arc<AtomicUsize>,
}

impl Backends {
    /// These, the preferred one first; there may be none.
    pub fn new(list: Vec<Arc<dyn Backend>>) -> Self {
        Self { list: list.into(), first: Arc::new(AtomicUsize::new(0)) }
    }

    /// Whether there is nobody to ask.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Who they are, for a result. What they only said themselves counts where they had a part in it: whether one got as
    /// far as that beside a search is up to the clock.
    pub fn versions(&self, had_a_part: bool) -> Vec<String> {
        let version = |backend: &Arc<dyn Backend>| {
            if had_a_part { backend.version() } else { backend.known_version() }
        };
        self.list.iter().map(version).collect()
    }

    /// Has a model solved, and records every call.
    pub(crate) fn solve(
        &self,
        purpose: Purpose,
        (model, floats): (&Model, &FloatModel),
        effort: &Effort<'_>,
        work: &mut Vec<Work>,
        watch: &mut dyn FnMut(News<'_>) -> Control,
    ) -> Ending {
        let begun = Instant::now();
        let mut ending = Ending::empty(Stop::Limit);
        for _ in 0..self.list.len() {
            let time = effort.time.saturating_sub(begun.elapsed());
            if time.is_zero() {
                break;
            }
            let turn = self.first.load(Ordering::Relaxed) % self.list.len();
            let backend = &self.list[turn];
            let called = Instant::now();
            let Ending { stop, points, bound, nodes } = backend.solve(floats, &Effort { time, ..*effort }, watch);
            work.push(Work {
                purpose: purpose.name(),
                backend: backend.name().to_owned(),
                stop: stop.name(),
                failure: if let Stop::Failed(message) = &stop { Some(message.clone()) } else { None },
                rows: model.rows.len(),
                columns: model.variables.len(),
                nodes,
                rounds: 0,
                moves: 0,
                course: Course::default(),
                first_plan_ms: None,
                elapsed_ms: u64::try_from(called.elapsed().as_millis()).unwrap_or(u64::MAX),
            });
            ending.points.extend(points);
            (ending.stop, ending.bound, ending.nodes) = (stop, bound, nodes);
            let Stop::Failed(message) = &ending.stop else { break };
            tracing::warn!("{message}");
            self.first.store(turn + 1, Ordering::Relaxed);
        }
        ending
    }
}
