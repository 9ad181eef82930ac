//! What stands on the pages before they are written: marks with places, and the structure that readers aloud follow.

use super::fonts::Line;

/// Red, green, blue.
pub type Colour = [u8; 3];

/// Points from the left and from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Area {
    pub fn right(self) -> f32 {
        self.x + self.width
    }

    pub fn bottom(self) -> f32 {
        self.y + self.height
    }
}

#[derive(Debug, Clone)]
pub enum Mark {
    /// From the left of its base line.
    Text {
        x: f32,
        y: f32,
        size: f32,
        colour: Colour,
        line: Line,
    },
    /// A filled shape.
    Shape {
        points: Vec<(f32, f32)>,
        colour: Colour,
    },
    /// A line through points.
    Path {
        points: Vec<(f32, f32)>,
        width: f32,
        colour: Colour,
        is_dashed: bool,
    },
    /// The number of the page a section begins on, ending at the right.
    PageOf {
        section: usize,
        right: f32,
        y: f32,
        size: f32,
        colour: Colour,
    },
}

/// A mark, and the part of the structure it belongs to; decoration belongs to none.
#[derive(Debug, Clone)]
pub struct Placed {
    pub mark: Mark,
    pub part: Option<usize>,
}

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    pub width: f32,
    pub height: f32,
    pub marks: Vec<Placed>,
    /// A place that leads to a section, and its part.
    pub links: Vec<(Area, usize, usize)>,
}

/// What a part of the document is to those who don't see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    Title,
    Heading,
    Paragraph,
    Section,
    Contents,
    ContentsItem,
    Link,
    Table,
    Row,
    Header,
    Cell,
    /// With the words for it.
    Figure(String),
}

#[derive(Debug, Clone)]
pub struct Part {
    pub role: Role,
    pub parent: Option<usize>,
}

/// A section, for contents and bookmarks.
#[derive(Debug, Clone)]
pub struct Section {
    pub title: String,
    pub page: usize,
    pub y: f32,
}
