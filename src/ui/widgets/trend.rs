//! A line as small as a word: how a row of a table did over time.

use leptos::prelude::*;

use crate::charts::spark;
use crate::ui::browser::locale;

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 22.0;

#[component]
pub fn Trend(
    /// One a bucket; the newest comes last.
    numbers: Vec<Option<f64>>,
) -> impl IntoView {
    let path = spark(&numbers, WIDTH, HEIGHT, true);
    let known = || numbers.iter().flatten().copied();
    let says = known().next().zip(known().last()).map(|(first, last)| {
        format!(
            "From {} to {}, at most {}",
            locale::count(first),
            locale::count(last),
            locale::count(known().fold(0.0, f64::max))
        )
    });
    let title = says.clone();
    view! {
        <svg class={"trend__line"} viewBox=format!("0 0 {WIDTH} {HEIGHT}") role={"img"} aria-label=says>
            <title>{title}</title>
            <path class={"spark__area"} d=path.area />
            <path class={"spark__line"} d=path.line />
        </svg>
    }
}
