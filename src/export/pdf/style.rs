//! Sizes in points, and the colours of the page in light (`style/tokens.css`; a test holds them equal).

use super::sheet::Colour;

pub const MARGIN: f32 = 48.0;
pub const BODY: f32 = 9.0;
pub const CELL: f32 = 8.0;
pub const SMALL: f32 = 7.5;
/// Of the size of letters.
pub const LINE_HEIGHT: f32 = 1.4;

pub const INK: Colour = [0x19, 0x1c, 0x22];
pub const MUTED: Colour = [0x59, 0x60, 0x6e];
pub const LINE: Colour = [0xe0, 0xe4, 0xea];
pub const LINE_STRONG: Colour = [0xc5, 0xcb, 0xd6];
pub const ACCENT: Colour = [0x3b, 0x5b, 0xdb];
pub const ACCENT_SOFT: Colour = [0xc9, 0xd3, 0xf7];
pub const PREVIOUS: Colour = [0x8b, 0x94, 0xa5];
pub const HEAT: Colour = [0x2f, 0x4b, 0xc0];
pub const HEAT_NONE: Colour = [0xee, 0xf0, 0xf5];
pub const SURFACE: Colour = [0xff, 0xff, 0xff];
pub const WARN: Colour = [0x8a, 0x5a, 0x00];
pub const SERIES: [Colour; 9] = [
    [0x3b, 0x5b, 0xdb],
    [0x0c, 0x85, 0x99],
    [0xd9, 0x48, 0x0f],
    [0x70, 0x48, 0xb6],
    [0x2f, 0x9e, 0x44],
    [0xc2, 0x25, 0x5c],
    [0x99, 0x74, 0x04],
    [0x19, 0x71, 0xc2],
    [0x8b, 0x94, 0xa5],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_are_those_of_the_page_in_light() {
        let css = include_str!("../../../style/tokens.css");
        let tokens = [
            ("text", INK),
            ("muted", MUTED),
            ("line", LINE),
            ("line-strong", LINE_STRONG),
            ("accent", ACCENT),
            ("accent-soft", ACCENT_SOFT),
            ("previous", PREVIOUS),
            ("heat", HEAT),
            ("heat-0", HEAT_NONE),
            ("surface", SURFACE),
            ("warn", WARN),
        ];
        let tokens = tokens.map(|(name, colour)| (name.to_owned(), colour));
        let series = SERIES.iter().enumerate();
        let series = series.map(|(at, colour)| (format!("series-{at}"), *colour));
        for (name, [red, green, blue]) in tokens.into_iter().chain(series) {
            // The first such token is that of the light theme.
            let found = css.split_once(&format!("--{name}: "));
            let held = found.and_then(|(_, rest)| rest.lines().next());
            let expected = format!("#{red:02x}{green:02x}{blue:02x};");
            assert_eq!(held, Some(expected.as_str()), "{name}");
        }
    }
}
