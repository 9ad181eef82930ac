//! The way down the pages: what fits, what begins a new page, and what stands at the edges of each.

use super::fonts::{Fonts, Line, Weight};
use super::sheet::{Area, Colour, Mark, Part, Placed, Role, Section, Sheet};
use super::style::{BODY, INK, LINE_HEIGHT, MARGIN, MUTED, SMALL};
use crate::export::Paper;

pub struct Flow<'f, 'a> {
    pub fonts: &'f Fonts<'a>,
    pub sheets: Vec<Sheet>,
    pub parts: Vec<Part>,
    pub sections: Vec<Section>,
    paper: (f32, f32),
    is_wide: bool,
    /// Where the next thing begins.
    pub y: f32,
}

impl<'f, 'a> Flow<'f, 'a> {
    pub fn new(fonts: &'f Fonts<'a>, paper: Paper) -> Self {
        let paper = match paper {
            Paper::A4 => (595.28, 841.89),
            Paper::Letter => (612.0, 792.0),
        };
        let mut flow = Self {
            fonts,
            sheets: Vec::new(),
            parts: Vec::new(),
            sections: Vec::new(),
            paper,
            is_wide: false,
            y: 0.0,
        };
        flow.turn_page();
        flow
    }

    /// The width between the margins, upright or on the side.
    pub const fn width_of(&self, is_wide: bool) -> f32 {
        let (width, height) = self.paper;
        (if is_wide { height } else { width }) - 2.0 * MARGIN
    }

    pub const fn width(&self) -> f32 {
        self.width_of(self.is_wide)
    }

    /// The lowest place for content.
    pub const fn floor(&self) -> f32 {
        let (width, height) = self.paper;
        (if self.is_wide { width } else { height }) - MARGIN
    }

    /// The next pages stand upright, or lie on the side.
    pub fn turn(&mut self, is_wide: bool) {
        if self.is_wide == is_wide {
            return;
        }
        self.is_wide = is_wide;
        // A page that nothing stands on yet is turned itself.
        if self
            .sheets
            .last()
            .is_some_and(|sheet| sheet.marks.is_empty())
        {
            self.sheets.pop();
        }
        self.turn_page();
    }

    pub fn turn_page(&mut self) {
        let (width, height) = self.paper;
        let (width, height) = if self.is_wide {
            (height, width)
        } else {
            (width, height)
        };
        self.sheets.push(Sheet {
            width,
            height,
            ..Sheet::default()
        });
        self.y = MARGIN;
    }

    /// Begins a new page when less than this is left; says whether it did.
    pub fn need(&mut self, height: f32) -> bool {
        // What is higher than a page begins at the top of one, and is cut there by whoever made it.
        let turns = self.y + height > self.floor() && self.y > MARGIN;
        if turns {
            self.turn_page();
        }
        turns
    }

    pub fn part(&mut self, role: Role, parent: Option<usize>) -> usize {
        self.parts.push(Part { role, parent });
        self.parts.len() - 1
    }

    pub fn put(&mut self, mark: Mark, part: Option<usize>) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.marks.push(Placed { mark, part });
        }
    }

    pub fn link(&mut self, area: Area, section: usize, part: usize) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.links.push((area, section, part));
        }
    }

    /// A line of text from the left of its base line.
    pub fn line_at(
        &mut self,
        (x, y): (f32, f32),
        size: f32,
        colour: Colour,
        line: Line,
        part: Option<usize>,
    ) {
        self.put(
            Mark::Text {
                x,
                y,
                size,
                colour,
                line,
            },
            part,
        );
    }

    pub fn rule(&mut self, from: (f32, f32), until: (f32, f32), width: f32, colour: Colour) {
        let points = vec![from, until];
        let mark = Mark::Path {
            points,
            width,
            colour,
            is_dashed: false,
        };
        self.put(mark, None);
    }

    /// A paragraph below what is there, wrapped; across pages where it must be.
    pub fn paragraph(
        &mut self,
        text: &str,
        x: f32,
        size: f32,
        weight: Weight,
        colour: Colour,
        part: usize,
    ) {
        let width = (MARGIN + self.width() - x) / size;
        for line in self.fonts.wrap(text, weight, width) {
            let height = size * LINE_HEIGHT;
            self.need(height);
            self.y += height;
            self.line_at((x, self.y - height * 0.28), size, colour, line, Some(part));
        }
    }

    /// The heading of a section, with room for what must stand below it.
    pub fn heading(&mut self, title: &str, below: f32) -> usize {
        const SIZE: f32 = 14.0;
        const ABOVE: f32 = 22.0;
        let lines = self
            .fonts
            .wrap(title, Weight::SemiBold, self.width() / SIZE);
        let height = lines.len() as f32 * SIZE * LINE_HEIGHT;
        if !self.need(ABOVE + height + below) && self.y > MARGIN {
            self.y += ABOVE;
        }
        let section = self.part(Role::Section, None);
        let heading = self.part(Role::Heading, Some(section));
        self.sections.push(Section {
            title: title.to_owned(),
            page: self.sheets.len() - 1,
            y: self.y,
        });
        for line in lines {
            self.y += SIZE * LINE_HEIGHT;
            self.line_at(
                (MARGIN, self.y - SIZE * 0.3),
                SIZE,
                INK,
                line,
                Some(heading),
            );
        }
        self.y += 2.0;
        section
    }

    /// Titles above and numbers below each page, once all are there. The first page begins with the title itself.
    pub fn edges(&mut self, title: &str, note: &str) {
        let pages = self.sheets.len();
        for at in 0..pages {
            let (width, height) = (self.sheets[at].width, self.sheets[at].height);
            let number = format!("Page {} of {pages}", at + 1);
            let shape = |text: &str, room: f32| {
                let mut lines = self.fonts.wrap(text, Weight::Regular, room / SMALL);
                lines.truncate(1);
                let line = lines.pop();
                line.unwrap_or_else(|| self.fonts.line("", Weight::Regular))
            };
            let room = width - 2.0 * MARGIN;
            let (note, number) = (shape(note, room * 0.8), shape(&number, room * 0.2));
            let right = width - MARGIN - number.width * SMALL;
            let mut lines = vec![
                (MARGIN, height - 26.0, note),
                (right, height - 26.0, number),
            ];
            if at > 0 {
                lines.push((MARGIN, 32.0, shape(title, room)));
            }
            for (x, y, line) in lines {
                let mark = Mark::Text {
                    x,
                    y,
                    size: SMALL,
                    colour: MUTED,
                    line,
                };
                self.sheets[at].marks.push(Placed { mark, part: None });
            }
        }
    }

    /// A small remark below a figure or a table.
    pub fn remark(&mut self, text: &str, section: usize) {
        let part = self.part(Role::Paragraph, Some(section));
        self.y += 3.0;
        self.paragraph(text, MARGIN, SMALL, Weight::Regular, MUTED, part);
    }

    /// A sentence below a heading.
    pub fn sentence(&mut self, text: &str, section: usize) {
        let part = self.part(Role::Paragraph, Some(section));
        self.paragraph(text, MARGIN, BODY, Weight::Regular, MUTED, part);
    }
}
