//! How strong a colour stands for a number: nine classes, which the style sheet has colours for.

/// The class of a number between nothing and the greatest.
pub fn class(number: Option<f64>, greatest: f64) -> &'static str {
    const CLASSES: [&str; 9] = [
        "heat heat--0",
        "heat heat--1",
        "heat heat--2",
        "heat heat--3",
        "heat heat--4",
        "heat heat--5",
        "heat heat--6",
        "heat heat--7",
        "heat heat--8",
    ];
    let Some(number) = number else {
        return "heat heat--none";
    };
    if number <= 0.0 || greatest <= 0.0 {
        return CLASSES[0];
    }
    // Anything at all is told apart from nothing.
    CLASSES[((number / greatest * 8.0).ceil() as usize).clamp(1, 8)]
}
