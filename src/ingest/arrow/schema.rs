//! The columns that an Arrow file says it has.
//!
//! Owns: from the metadata's fields to the types that are read, and to how many buffers each column has, so that the
//! columns nobody may see are stepped over. Does not own: what a name means (`names`), the buffers (`array`).

use super::Trouble;
use super::flat::{Broken, Table};
use crate::ingest::{ID_HASH_KEY, ID_HASH_XXH3};
use crate::model::limits::{COLUMNS_MAX, NESTED_COLUMNS_MAX, NESTING_MAX};

/// Schema metadata: fields dropped before this file was made, as `name`, tab, count on each line.
pub const DROPPED_KEY: &str = "toolscope.dropped";

/// Versions of the format, as metadata counts them.
pub const VERSION_4: i16 = 3;
pub const VERSION_5: i16 = 4;

/// A number's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
}

impl Number {
    pub const fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// What a time is counted in, from 1970 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// Days in 32 bits; the others have 64.
    Days,
}

impl Unit {
    pub fn to_us(self, time: i64) -> Option<i64> {
        match self {
            Self::Seconds => time.checked_mul(1_000_000),
            Self::Millis => time.checked_mul(1_000),
            Self::Micros => Some(time),
            Self::Nanos => Some(time.div_euclid(1_000)),
            Self::Days => time.checked_mul(86_400_000_000),
        }
    }
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Bool,
    Number(Number),
    Time(Unit),
    /// Texts or bytes, with offsets of 32 or 64 bits.
    Bytes {
        is_text: bool,
        is_wide: bool,
    },
    /// Texts or bytes, short ones in place, others in any of several buffers.
    Views {
        is_text: bool,
    },
    /// Nothing a column here can hold; whether each is there may still be known.
    Other {
        has_validity: bool,
    },
}

/// What of a record batch belongs to a column with all that is inside of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    pub nodes: usize,
    /// But for those of views, of which each batch tells the number.
    pub buffers: usize,
    pub views: usize,
}

/// A dictionary that a column's values are positions in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    pub dictionary: i64,
    pub index: Number,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// Of the dictionary's values, where there is one.
    pub kind: Kind,
    pub coding: Option<Coding>,
    pub extent: Extent,
    /// Its integers are hashed identities.
    pub is_hash: bool,
}

/// The columns of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    pub fields: Vec<Field>,
    /// See [`DROPPED_KEY`].
    pub dropped: String,
}

impl Schema {
    pub fn read(schema: Table<'_>, version: i16) -> Result<Self, Trouble> {
        if schema.i16(0)?.unwrap_or_default() != 0 {
            return Err(Trouble::Unsupported(
                "numbers whose largest byte comes first (big endian)",
                "Write it again on a usual computer.",
            ));
        }
        let fields = schema.tables(1)?;
        if fields.len() > COLUMNS_MAX {
            return Err(Trouble::TooManyColumns);
        }
        let mut walk = Walk { version, fields: 0 };
        Ok(Self {
            fields: fields
                .map(|field| walk.field(field?))
                .collect::<Result<_, _>>()?,
            dropped: entry(schema, 2, DROPPED_KEY)?.unwrap_or_default().into(),
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.fields.iter().map(|field| field.name.as_str())
    }
}

/// A value of custom metadata.
fn entry<'a>(table: Table<'a>, field: usize, key: &str) -> Result<Option<&'a str>, Broken> {
    for entry in table.tables(field)? {
        let entry = entry?;
        if entry.text(0)? == Some(key) {
            return entry.text(1);
        }
    }
    Ok(None)
}

/// A field's own type, before a dictionary is asked about.
struct Layout {
    kind: Kind,
    own_buffers: usize,
    is_view: bool,
}

/// Goes through all fields, also those inside of others. Tables may stand inside of each other in circles or be used
/// many times, so that both their depth and their number are limited.
struct Walk {
    version: i16,
    fields: usize,
}

impl Walk {
    fn field(&mut self, field: Table<'_>) -> Result<Field, Trouble> {
        let (kind, extent, coding) = self.parts(field, 0)?;
        let says_hash = entry(field, 6, ID_HASH_KEY)? == Some(ID_HASH_XXH3);
        Ok(Field {
            name: field.text(0)?.unwrap_or_default().to_owned(),
            is_hash: says_hash && coding.is_none() && kind == Kind::Number(Number::U64),
            kind,
            coding,
            extent,
        })
    }

    fn parts(
        &mut self,
        field: Table<'_>,
        depth: usize,
    ) -> Result<(Kind, Extent, Option<Coding>), Trouble> {
        self.fields += 1;
        if depth > NESTING_MAX {
            return Err(Trouble::TooDeep);
        }
        if self.fields > NESTED_COLUMNS_MAX {
            return Err(Trouble::TooManyNested);
        }
        let layout = self.layout(field)?;
        if let Some(dictionary) = field.table(4)? {
            let coding = Coding {
                dictionary: dictionary.i64(0)?,
                index: match dictionary.table(1)? {
                    Some(index) => int(index)?,
                    None => Number::I32,
                },
            };
            // A record batch has the positions alone.
            let extent = Extent {
                nodes: 1,
                buffers: 2,
                views: 0,
            };
            return Ok((layout.kind, extent, Some(coding)));
        }
        let mut extent = Extent {
            nodes: 1,
            buffers: layout.own_buffers,
            views: layout.is_view.into(),
        };
        for child in field.tables(5)? {
            let (_, inside, _) = self.parts(child?, depth + 1)?;
            extent.nodes += inside.nodes;
            extent.buffers += inside.buffers;
            extent.views += inside.views;
        }
        Ok((layout.kind, extent, None))
    }

    /// By `Schema.fbs` and the table of buffers in "Columnar Format" of the Arrow project.
    fn layout(&self, field: Table<'_>) -> Result<Layout, Trouble> {
        let held = field.table(3)?.ok_or(Broken)?;
        let plain = |kind| Ok((kind, 2));
        let bytes = |is_text, is_wide| Ok((Kind::Bytes { is_text, is_wide }, 3));
        let views = |is_text| Ok((Kind::Views { is_text }, 2));
        let nested = |has_validity, buffers| Ok((Kind::Other { has_validity }, buffers));
        let tag = field.u8(2)?;
        let kind: Result<(Kind, usize), Trouble> = match tag {
            1 => Ok((Kind::Null, 0)),
            2 => plain(Kind::Number(int(held)?)),
            3 => plain(Kind::Number(match held.i16(0)?.unwrap_or_default() {
                0 => Number::F16,
                1 => Number::F32,
                2 => Number::F64,
                _ => return Err(Broken.into()),
            })),
            4 => bytes(false, false),
            5 => bytes(true, false),
            6 => plain(Kind::Bool),
            // Days when it says so; absent is milliseconds.
            8 => plain(Kind::Time(match held.i16(0)? {
                Some(0) => Unit::Days,
                None | Some(1) => Unit::Millis,
                _ => return Err(Broken.into()),
            })),
            10 => plain(Kind::Time(match held.i16(0)?.unwrap_or_default() {
                0 => Unit::Seconds,
                1 => Unit::Millis,
                2 => Unit::Micros,
                3 => Unit::Nanos,
                _ => return Err(Broken.into()),
            })),
            // Decimals, times of day, intervals, bytes of one length, durations.
            7 | 9 | 11 | 15 | 18 => nested(true, 2),
            // Lists and maps have offsets, structs and lists of one length have none.
            12 | 17 | 21 => nested(true, 2),
            13 | 16 => nested(true, 1),
            // Lists by offset and size.
            25 | 26 => nested(true, 3),
            // Unions had validity once; dense ones have offsets beside their types.
            14 => {
                let has_validity = self.version < VERSION_5;
                let is_dense = held.i16(0)?.unwrap_or_default() == 1;
                nested(
                    has_validity,
                    1 + usize::from(has_validity) + usize::from(is_dense),
                )
            }
            19 => bytes(false, true),
            20 => bytes(true, true),
            // Runs: all is in the children.
            22 => nested(false, 0),
            23 => views(false),
            24 => views(true),
            _ => Err(Trouble::Unsupported(
                "a type of column that is newer than this build",
                "Write it again without that column.",
            )),
        };
        let (kind, own_buffers) = kind?;
        Ok(Layout {
            kind,
            own_buffers,
            is_view: matches!(kind, Kind::Views { .. }),
        })
    }
}

fn int(held: Table<'_>) -> Result<Number, Broken> {
    Ok(match (held.i32(0)?, held.flag(1)?) {
        (8, true) => Number::I8,
        (16, true) => Number::I16,
        (32, true) => Number::I32,
        (64, true) => Number::I64,
        (8, false) => Number::U8,
        (16, false) => Number::U16,
        (32, false) => Number::U32,
        (64, false) => Number::U64,
        _ => return Err(Broken),
    })
}
