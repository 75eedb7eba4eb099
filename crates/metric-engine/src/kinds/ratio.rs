//! A metric as the ratio of two others.
//! `M = N / D`, both metrics of the same account with coefficients: leverage is gross over equity. A bound
//! `N/D <= C` is the row `N - C·D <= 0` together with `D > 0`; where `D <= 0` the ratio is undefined, which
//! breaks any bound on it.

use domain::problem::nearest;
use domain::{Key, MetricDefinition, Problem, Setting, Shape};

use super::{Kind, Surroundings, kinds_of};
use crate::Form;
use crate::codes::RATIO;

/// Metrics with `ratio`.
pub const KIND: Kind = Kind { key: "ratio", keys, compile };

fn keys() -> Vec<Key> {
    let parts = Shape::Object(vec![
        Key::required("of", Shape::Text, "the numerator, a metric of the same account"),
        Key::required("to", Shape::Text, "the denominator, a metric of the same account"),
    ]);
    vec![Key::optional("ratio", parts, "none", "the metric is the quotient of two others: {of: gross, to: equity}")]
}

fn compile(definition: &MetricDefinition, around: &Surroundings<'_>) -> Result<Form, Vec<Problem>> {
    let ratio = definition.settings.iter().find(|(key, _)| key == KIND.key).map(|(_, setting)| setting);
    let part = |key: &str| {
        let setting = ratio.and_then(|ratio| ratio.get(key));
        sibling(definition, setting, key, around)
    };
    match (part("of"), part("to")) {
        (Ok(of), Ok(to)) => Ok(Form::Quotient { of, to }),
        (of, to) => Err([of.err(), to.err()].into_iter().flatten().collect()),
    }
}

fn sibling(
    definition: &MetricDefinition,
    setting: Option<&Setting>,
    key: &str,
    around: &Surroundings<'_>,
) -> Result<usize, Problem> {
    let (siblings, account) = (around.siblings, around.coefficients.account);
    let place = setting.map_or(&definition.place, |setting| &setting.place).clone();
    let name = setting.and_then(Setting::text).unwrap_or_default();
    let Some(index) = siblings.iter().position(|sibling| sibling.name.as_str() == name) else {
        let hint = match nearest(name, siblings.iter().map(|sibling| sibling.name.as_str())) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => format!("add the metric \"{name}\" to the account, or name one that it has"),
        };
        let message =
            format!("\"{key}\" of the ratio {} is \"{name}\", which account {account} does not have", definition.name);
        return Err(Problem::error(RATIO, place, message, hint));
    };
    if kinds_of(&siblings[index]).iter().any(|kind| kind.key == KIND.key) {
        let message =
            format!("\"{key}\" of the ratio {} is \"{name}\", itself a ratio at account {account}", definition.name);
        return Err(Problem::error(RATIO, place, message, "name a metric with coefficients"));
    }
    Ok(index)
}
