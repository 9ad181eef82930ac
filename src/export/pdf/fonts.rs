//! The fonts of a PDF, and texts set in them: shaped, with right-to-left parts in their order, each letter from the first
//! font that has it. Inter has Latin, Greek and Cyrillic; whoever asks brings fonts for other scripts.

use std::collections::BTreeSet;
use std::ops::Range;

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, Feature, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};

use crate::export::ExportError;

const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.otf");
/// Stands where no font has the letter; what it stands for is said in the document.
pub const REPLACEMENT: char = '□';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
}

struct Loaded<'a> {
    face: Face<'a>,
    font: Font,
    units_per_em: f32,
}

/// Regular, semi-bold, then the further fonts in the order they are asked.
pub struct Fonts<'a>(Vec<Loaded<'a>>);

/// Glyphs of one font in one direction.
#[derive(Debug, Clone)]
pub struct Run {
    pub font: usize,
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    /// In ems.
    pub width: f32,
}

/// Glyphs of a whole line, from the left.
#[derive(Debug, Clone, Default)]
pub struct Shaped {
    pub runs: Vec<Run>,
    /// In ems.
    pub width: f32,
}

/// A line of text that was measured. Its glyphs are made again when it is drawn: they would take a hundred times as much
/// room.
#[derive(Debug, Clone)]
pub struct Line {
    pub text: String,
    pub weight: Weight,
    /// In ems.
    pub width: f32,
}

impl<'a> Fonts<'a> {
    pub fn load(further: &'a [Vec<u8>]) -> Result<Self, ExportError> {
        let own = [REGULAR, SEMI_BOLD].map(|bytes| loaded(bytes, Data::from(bytes)));
        let further = further
            .iter()
            .map(|bytes| loaded(bytes, Data::from(bytes.clone())));
        let all: Option<Vec<_>> = own.into_iter().chain(further).collect();
        all.map(Self).ok_or(ExportError::Font)
    }

    pub fn font(&self, at: usize) -> &Font {
        &self.0[at].font
    }

    /// The letters of these texts that no font has.
    pub fn undrawn<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<char> {
        let mut seen = BTreeSet::new();
        for text in texts {
            seen.extend(text.chars().filter_map(shown));
        }
        seen.retain(|&letter| self.face_of(letter, Weight::Regular).is_none());
        seen
    }

    fn face_of(&self, letter: char, weight: Weight) -> Option<usize> {
        let own = usize::from(weight == Weight::SemiBold);
        let mut order = std::iter::once(own).chain(2..self.0.len());
        order.find(|&at| self.0[at].face.glyph_index(letter).is_some())
    }

    /// A text in one line, however long.
    pub fn line(&self, text: &str, weight: Weight) -> Line {
        Line {
            text: text.to_owned(),
            weight,
            width: self.shape(text, weight).width,
        }
    }

    /// The glyphs of a text in one line.
    pub fn shape(&self, text: &str, weight: Weight) -> Shaped {
        let text: String = text.chars().filter_map(shown).collect();
        let mut line = Shaped::default();
        for (range, is_rtl) in directions(&text) {
            let mut parts = self.parts(&text[range], weight);
            if is_rtl {
                parts.reverse();
            }
            for (font, part) in parts {
                let run = self.run(font, part, is_rtl);
                line.width += run.width;
                line.runs.push(run);
            }
        }
        line
    }

    /// Pieces that one font has all letters of.
    fn parts(&self, text: &str, weight: Weight) -> Vec<(usize, String)> {
        let mut parts: Vec<(usize, String)> = Vec::new();
        for letter in text.chars() {
            let own = usize::from(weight == Weight::SemiBold);
            let last = parts.last_mut();
            // What joins letters stays with the letter before, and blanks need no other font.
            let stays = is_joined(letter) || letter == ' ';
            let (font, letter) = match (&last, self.face_of(letter, weight)) {
                (Some((font, _)), _)
                    if stays && self.0[*font].face.glyph_index(letter).is_some() =>
                {
                    (*font, letter)
                }
                (_, Some(font)) => (font, letter),
                // Nothing is drawn for what only joins.
                (_, None) if is_joined(letter) => continue,
                (_, None) => (own, REPLACEMENT),
            };
            match last {
                Some((held, part)) if *held == font => part.push(letter),
                _ => parts.push((font, letter.to_string())),
            }
        }
        parts
    }

    fn run(&self, at: usize, text: String, is_rtl: bool) -> Run {
        let loaded = &self.0[at];
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.guess_segment_properties();
        buffer.set_direction(if is_rtl {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        // Digits of one width stand below each other.
        let features = [Feature::new(Tag::from_bytes(b"tnum"), 1, ..)];
        let shaped = rustybuzz::shape(&loaded.face, &features, buffer);
        let em = |units: i32| units as f32 / loaded.units_per_em;
        let infos = shaped.glyph_infos();
        let starts: BTreeSet<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        let glyphs: Vec<KrillaGlyph> = infos
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, position)| {
                let start = info.cluster as usize;
                let end = starts
                    .range(start + 1..)
                    .next()
                    .copied()
                    .unwrap_or(text.len());
                KrillaGlyph::new(
                    GlyphId::new(info.glyph_id),
                    em(position.x_advance),
                    em(position.x_offset),
                    em(position.y_offset),
                    em(position.y_advance),
                    start..end,
                    None,
                )
            })
            .collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Run {
            font: at,
            text,
            glyphs,
            width,
        }
    }

    /// Lines no wider than this many ems; words are kept whole where they fit.
    pub fn wrap(&self, text: &str, weight: Weight, width: f32) -> Vec<Line> {
        let whole = self.line(text, weight);
        if whole.width <= width {
            return vec![whole];
        }
        let measure = |text: &str| self.shape(text, weight).width;
        let blank = measure("n n") - measure("nn");
        let mut filled = Filled {
            width,
            ..Filled::default()
        };
        for word in pieces(text, |letter| letter == ' ' || is_ideograph(letter)) {
            if filled.takes(word, measure(word.trim_end()), blank) {
                continue;
            }
            // Longer than a line: behind signs, or else between letters, never before what belongs to the letter before.
            for part in pieces(word, |letter| "-/_.@,;:".contains(letter)) {
                if filled.takes(part, measure(part.trim_end()), blank) {
                    continue;
                }
                for cluster in pieces(part, |_| true) {
                    let length = measure(cluster);
                    if !filled.takes(cluster, length, blank) {
                        filled.push(cluster, length);
                    }
                }
            }
        }
        filled.turn();
        let lines = filled.lines.iter();
        lines
            .map(|line| self.line(line.trim_end(), weight))
            .collect()
    }
}

/// Lines that are being filled.
#[derive(Default)]
struct Filled {
    lines: Vec<String>,
    line: String,
    used: f32,
    width: f32,
}

impl Filled {
    /// Puts a piece on this line or on the next; false when it is longer than a line.
    fn takes(&mut self, piece: &str, length: f32, blank: f32) -> bool {
        if self.used + length > self.width {
            self.turn();
        }
        if length > self.width {
            return false;
        }
        let behind = if piece.ends_with(' ') { blank } else { 0.0 };
        self.push(piece, length + behind);
        true
    }

    fn push(&mut self, piece: &str, length: f32) {
        self.line.push_str(piece);
        self.used += length;
    }

    fn turn(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            self.lines.push(line);
        }
        self.used = 0.0;
    }
}

fn loaded(bytes: &[u8], data: Data) -> Option<Loaded<'_>> {
    let face = Face::from_slice(bytes, 0)?;
    // Pictures of letters would be drawn as nothing: letters need outlines.
    let tables = face.tables();
    if tables.glyf.is_none() && tables.cff.is_none() {
        return None;
    }
    Some(Loaded {
        units_per_em: face.units_per_em() as f32,
        font: Font::new(data, 0)?,
        face,
    })
}

/// Pieces that end with such a letter, and with the blanks and what else belongs to it.
fn pieces(text: &str, is_end: impl Fn(char) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        if is_end(letter) && next.is_some_and(|next| next != ' ' && !is_joined(next)) {
            let until = at + letter.len_utf8();
            pieces.push(&text[from..until]);
            from = until;
        }
    }
    pieces.push(&text[from..]);
    pieces
}

const fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Accents, selectors and joiners, which belong to the letter before.
const fn is_joined(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{200c}' | '\u{200d}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// A letter as it is drawn. Controls become dots and line ends blanks; what only turns the direction of other letters is
/// left out, so that no name disguises another.
fn shown(letter: char) -> Option<char> {
    match letter {
        '\n' | '\r' | '\t' | '\u{a0}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{ad}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => None,
        letter if letter.is_control() => Some('·'),
        letter => Some(letter),
    }
}

/// Parts of one direction, as they stand from the left.
fn directions(text: &str) -> Vec<(Range<usize>, bool)> {
    if text.is_empty() {
        return Vec::new();
    }
    if text.chars().all(|letter| letter < '\u{590}') {
        return vec![(0..text.len(), false)];
    }
    let bidi = BidiInfo::new(text, None::<Level>);
    let paragraphs = bidi.paragraphs.iter();
    let runs = paragraphs.flat_map(|paragraph| {
        let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
        let runs = runs.into_iter();
        runs.map(move |run| (run.clone(), levels[run.start].is_rtl()))
            .collect::<Vec<_>>()
    });
    runs.collect()
}

#[cfg(test)]
mod tests {
    use super::{Fonts, Weight, pieces};

    #[test]
    fn digits_have_one_width_and_long_words_are_cut_between_letters() {
        let Ok(fonts) = Fonts::load(&[]) else {
            panic!("the own fonts are read");
        };
        let width = |text: &str| fonts.shape(text, Weight::Regular).width;
        assert!((width("1111") - width("8088")).abs() < 1e-6);
        let lines = fonts.wrap(&"x".repeat(100), Weight::Regular, 10.0);
        assert!(lines.len() > 3 && lines.iter().all(|line| line.width <= 10.0));
        let wrapped = fonts.wrap("one two three", Weight::Regular, 4.0);
        let texts: Vec<&str> = wrapped.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["one two", "three"]);
        assert_eq!(
            pieces("a b/c d", |letter| letter == ' '),
            ["a ", "b/c ", "d"]
        );
        let wrapped = fonts.wrap("in the whole 5.6 % do", Weight::Regular, 6.0);
        assert!(
            wrapped.iter().all(|line| !line.text.ends_with("5.")),
            "{wrapped:?}"
        );
    }

    #[test]
    fn letters_without_a_font_are_named_and_tricks_of_direction_are_left_out() {
        let Ok(fonts) = Fonts::load(&[]) else {
            panic!("the own fonts are read");
        };
        let undrawn = fonts.undrawn(["Zoë Ωμέγα Жук ≈ →", "中文", "\u{202e}txt.exe"]);
        assert_eq!(undrawn.into_iter().collect::<String>(), "中文");
        let line = fonts.shape("\u{202e}abc\n中", Weight::Regular);
        assert_eq!(line.runs.len(), 1);
        assert_eq!(line.runs[0].text, "abc □");
    }

    #[test]
    fn right_to_left_parts_stand_in_their_order() {
        let parts = super::directions("abc אבג 12 def");
        let rtl: Vec<bool> = parts.iter().map(|(_, is_rtl)| *is_rtl).collect();
        assert!(!rtl[0] && rtl.contains(&true) && !rtl[rtl.len() - 1]);
    }
}
