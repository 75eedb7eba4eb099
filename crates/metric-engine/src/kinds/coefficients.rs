//! A metric as a sum over positions.
//! `M = M0 + Σₛ [f(Pₛ) - f(P0ₛ)]`, `f(P) = w⁺·max(P,0) + w⁻·max(-P,0)`, with `Pₛ` the position in security
//! `s` in base currency and `w±` in metric units per unit of base currency. A plain coefficient `w` is
//! `w⁺ = w, w⁻ = -w`, which makes the metric linear: `M = M0 + Σᵢ Vᵢ·w`. Cash counts only where it has a
//! coefficient of its own: its `w⁺` is then minus a credit rate, its `w⁻` a debit rate, on a rate card.

use domain::{Amount, Key, MetricDefinition, Problem, Shape};

use super::{Kind, Surroundings};
use crate::{Additive, Form};

/// Metrics with `coefficients`.
pub const KIND: Kind = Kind { key: "coefficients", keys, compile };

fn keys() -> Vec<Key> {
    let sides = Shape::Object(vec![
        Key::required("long", Shape::Decimal, "metric units per unit of value held long"),
        Key::required("short", Shape::Decimal, "metric units per unit of value held short, both counted above zero"),
    ]);
    let rate = || Shape::either(Shape::Decimal, sides.clone());
    vec![
        Key::optional(
            "coefficients",
            Shape::map("a security type", rate()),
            "none",
            "metric units per unit of base currency, by security type; a number w is linear, {long, short} prices \
             each side of the position; cash counts only if it is named",
        ),
        Key::optional(
            "default",
            rate(),
            "none: a security without a coefficient is an error",
            "the coefficient of securities that have no row and whose type has none; never of cash",
        ),
    ]
}

fn compile(definition: &MetricDefinition, around: &Surroundings<'_>) -> Result<Form, Vec<Problem>> {
    let rates = around.coefficients.rates_of(definition);
    // The opening value needs the positions; `compile` fills it in once the metric's rates are known.
    Ok(Form::Additive(Additive { opening: Amount::zero(), rates }))
}
