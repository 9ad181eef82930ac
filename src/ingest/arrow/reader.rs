//! Record batches, one after the other, with the columns that are wanted.
//!
//! Owns: which buffers are whose, stepping over all others unread, dictionaries, the limits of size. Does not own: what
//! is in a buffer (`array`), what the columns mean (`rows`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use super::Trouble;
use super::array::{Array, Dictionary, Values, codes};
use super::flat::{Broken, Table, chunk};
use super::frames::{Content, Frames};
use super::packed::Codec;
use super::parts::{Bytes, Parts, Views};
use super::schema::{Field, Kind, Schema, Unit};
use crate::ingest::container::Budget;
use crate::ingest::{Format, IngestError};
use crate::model::limits::ROW_BYTES_MIN;

/// Reads a file or a stream.
pub struct Reader<'a> {
    pub schema: Rc<Schema>,
    frames: Frames<'a>,
    format: Format,
    wanted: Vec<bool>,
    dictionaries: HashMap<i64, Rc<Dictionary<'a>>>,
    limits: Limits,
}

/// Rows, and the wanted columns with their places in the schema.
pub struct Rows<'a> {
    pub schema: Rc<Schema>,
    pub rows: usize,
    columns: Vec<(usize, Array<'a>)>,
}

impl<'a> Rows<'a> {
    pub fn columns(&self) -> impl Iterator<Item = (&Field, &Array<'a>)> + Clone {
        let columns = self.columns.iter();
        columns.filter_map(|(at, array)| Some((self.schema.fields.get(*at)?, array)))
    }
}

impl<'a> Reader<'a> {
    pub fn open(bytes: &'a [u8], format: Format) -> Result<Self, IngestError> {
        let opened = match format {
            Format::ArrowStream => Frames::of_stream(bytes),
            _ => Frames::of_file(bytes),
        };
        let (frames, schema) = opened.map_err(|trouble| trouble.of(format))?;
        Ok(Self {
            wanted: vec![true; schema.fields.len()],
            schema: Rc::new(schema),
            frames,
            format,
            dictionaries: HashMap::new(),
            limits: Limits {
                budget: Budget::new(bytes.len(), format),
                paid: 0,
            },
        })
    }

    /// Nothing of the other columns is looked at.
    pub fn keep(&mut self, wanted: Vec<bool>) {
        self.wanted = wanted;
    }

    /// The next record batch; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Rows<'a>>, IngestError> {
        let format = self.format;
        self.step().map_err(|trouble| trouble.of(format))
    }

    fn step(&mut self) -> Result<Option<Rows<'a>>, Trouble> {
        loop {
            let Some(message) = self.frames.next()? else {
                return Ok(None);
            };
            match message.content {
                Content::Schema(_) => {
                    return Err(Trouble::Damaged("it names its columns a second time"));
                }
                Content::Dictionary(held) => self.learn(held, message.body)?,
                Content::Batch(held) => return self.rows(held, message.body).map(Some),
            }
        }
    }

    /// Takes in a dictionary, or what is added to one, when a wanted column has it.
    fn learn(&mut self, held: Table<'a>, body: &'a [u8]) -> Result<(), Trouble> {
        let id = held.i64(0)?;
        let is_more = held.flag(2)?;
        let schema = Rc::clone(&self.schema);
        let mut users = schema.fields.iter().zip(&self.wanted);
        let is_user = |field: &Field| field.coding.is_some_and(|coding| coding.dictionary == id);
        let Some((field, _)) = users.find(|(field, wanted)| **wanted && is_user(field)) else {
            return Ok(());
        };
        let batch = held.table(1)?.ok_or(Broken)?;
        let mut walk = Walk::new(batch, body, &mut self.limits)?;
        let entries = walk.rows;
        let part = walk.values(field.kind, entries)?;
        let known = self.dictionaries.entry(id).or_default();
        if !is_more {
            *known = Rc::default();
        }
        let known = Rc::make_mut(known);
        known.push(part);
        // Codes have 32 bits, of which one stands for no value.
        if u32::try_from(known.len).is_ok_and(|length| length < u32::MAX) {
            Ok(())
        } else {
            Err(Broken.into())
        }
    }

    fn rows(&mut self, held: Table<'a>, body: &'a [u8]) -> Result<Rows<'a>, Trouble> {
        let mut walk = Walk::new(held, body, &mut self.limits)?;
        let rows = walk.rows;
        let mut columns = Vec::new();
        for (at, field) in self.schema.fields.iter().enumerate() {
            if !self.wanted.get(at).copied().unwrap_or_default() {
                walk.pass(field)?;
                continue;
            }
            let array = match field.coding {
                None => {
                    let next = walk.after(field)?;
                    let array = walk.values(field.kind, rows)?;
                    walk.place = next;
                    array
                }
                Some(coding) => {
                    // A column of nulls alone may be without its dictionary.
                    let known = self.dictionaries.get(&coding.dictionary);
                    let known = known.cloned().unwrap_or_default();
                    let (nulls, valid) = walk.node(rows, true)?;
                    let keys = walk.fixed(rows, coding.index.bytes())?;
                    let codes = codes(coding.index, &keys);
                    Array::new(rows, nulls, valid, Values::Coded(codes, known))?
                }
            };
            columns.push((at, array));
        }
        Ok(Rows {
            schema: Rc::clone(&self.schema),
            rows,
            columns,
        })
    }
}

/// What may still be unpacked. A row costs something even where it has no bytes.
struct Limits {
    budget: Budget,
    /// Of the present batch's rows, what its buffers have not used up.
    paid: u64,
}

impl Limits {
    fn begin(&mut self, rows: usize) -> Result<(), Trouble> {
        self.paid = (rows as u64).saturating_mul(ROW_BYTES_MIN);
        Ok(self.budget.take(self.paid)?)
    }

    fn take(&mut self, bytes: u64) -> Result<(), Trouble> {
        let beyond = bytes.saturating_sub(self.paid);
        self.paid -= bytes - beyond;
        Ok(self.budget.take(beyond)?)
    }
}

/// Where in a batch's lists a walk is.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    node: usize,
    buffer: usize,
    view: usize,
}

/// Goes through the nodes and buffers of a batch, column by column.
struct Walk<'w, 'a> {
    rows: usize,
    /// Each a length and a number of nulls.
    nodes: &'a [[u8; 16]],
    /// Each a position in the body and a length.
    buffers: &'a [[u8; 16]],
    /// How many buffers each column of views has.
    views: &'a [[u8; 8]],
    codec: Option<Codec>,
    body: &'a [u8],
    place: Place,
    limits: &'w mut Limits,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(batch: Table<'a>, body: &'a [u8], limits: &'w mut Limits) -> Result<Self, Trouble> {
        let rows = usize::try_from(batch.i64(0)?).map_err(|_| Broken)?;
        limits.begin(rows)?;
        Ok(Self {
            rows,
            nodes: batch.structs(1)?,
            buffers: batch.structs(2)?,
            views: batch.structs(4)?,
            codec: match batch.table(3)? {
                Some(compression) => Some(Codec::of(compression)?),
                None => None,
            },
            body,
            place: Place::default(),
            limits,
        })
    }

    /// Where the next column begins.
    fn after(&self, field: &Field) -> Result<Place, Broken> {
        let Place { node, buffer, view } = self.place;
        let views = self.views.get(view..view + field.extent.views);
        let mut buffers = field.extent.buffers;
        for count in views.ok_or(Broken)? {
            let count = usize::try_from(i64::from_le_bytes(*count)).map_err(|_| Broken)?;
            buffers = buffers.checked_add(count).ok_or(Broken)?;
        }
        let next = Place {
            node: node + field.extent.nodes,
            buffer: buffer.checked_add(buffers).ok_or(Broken)?,
            view: view + field.extent.views,
        };
        let is_there = next.node <= self.nodes.len() && next.buffer <= self.buffers.len();
        is_there.then_some(next).ok_or(Broken)
    }

    fn pass(&mut self, field: &Field) -> Result<(), Broken> {
        self.place = self.after(field)?;
        Ok(())
    }

    /// The number of nulls of the next column, and the bits that say which they are.
    fn node(
        &mut self,
        rows: usize,
        has_validity: bool,
    ) -> Result<(i64, Option<Bytes<'a>>), Trouble> {
        let node = self.nodes.get(self.place.node).ok_or(Broken)?;
        self.place.node += 1;
        let (length, nulls) = (chunk(node, 0)?, chunk(node, 8)?);
        let nulls = i64::from_le_bytes(nulls);
        if usize::try_from(i64::from_le_bytes(length)) != Ok(rows) {
            return Err(Trouble::Damaged("its columns have different lengths"));
        }
        let valid = match has_validity {
            // Without nulls there may be anything.
            true if nulls == 0 => {
                self.place.buffer += 1;
                None
            }
            true => Some(self.buffer()?),
            false => None,
        };
        Ok((nulls, valid))
    }

    /// A column, or a dictionary's values.
    fn values(&mut self, kind: Kind, rows: usize) -> Result<Array<'a>, Trouble> {
        let has_validity = match kind {
            Kind::Null => false,
            Kind::Other { has_validity } => has_validity,
            _ => true,
        };
        let (nulls, valid) = self.node(rows, has_validity)?;
        let values = match kind {
            Kind::Null => Values::Null,
            Kind::Other { .. } => Values::Nested,
            Kind::Bool => {
                let bits = self.buffer()?;
                if bits.len() < rows.div_ceil(8) {
                    return Err(Broken.into());
                }
                Values::Bool(bits)
            }
            Kind::Number(number) => Values::Numbers(number, self.fixed(rows, number.bytes())?),
            Kind::Time(unit @ Unit::Days) => Values::Times(unit, self.fixed(rows, 4)?),
            Kind::Time(unit) => Values::Times(unit, self.fixed(rows, 8)?),
            Kind::Bytes { is_text, is_wide } => {
                let offsets = self.buffer()?;
                let parts = Parts::new(&offsets, is_wide, self.buffer()?, rows)?;
                if is_text {
                    Values::Texts(parts.into_texts()?)
                } else {
                    Values::Binary(parts)
                }
            }
            Kind::Views { is_text } => {
                let views = self.fixed(rows, 16)?;
                let count = self.views.get(self.place.view).ok_or(Broken)?;
                let count = usize::try_from(i64::from_le_bytes(*count)).map_err(|_| Broken)?;
                self.place.view += 1;
                if count > self.buffers.len() {
                    return Err(Broken.into());
                }
                let buffers = (0..count).map(|_| self.buffer());
                let views = Views::new(views, buffers.collect::<Result<_, _>>()?, is_text);
                // Many views may be of the same bytes, which are gone through for each.
                self.limits.take(views.told_bytes(valid.as_deref()))?;
                Values::Views(views)
            }
        };
        Ok(Array::new(rows, nulls, valid, values)?)
    }

    /// A buffer with so many bytes for each row.
    fn fixed(&mut self, rows: usize, bytes: usize) -> Result<Bytes<'a>, Trouble> {
        let needed = rows.checked_mul(bytes).ok_or(Broken)?;
        match self.buffer()? {
            Cow::Borrowed(held) => Ok(Cow::Borrowed(held.get(..needed).ok_or(Broken)?)),
            Cow::Owned(mut held) if held.len() >= needed => {
                held.truncate(needed);
                Ok(Cow::Owned(held))
            }
            Cow::Owned(_) => Err(Broken.into()),
        }
    }

    /// The next buffer, unpacked.
    fn buffer(&mut self) -> Result<Bytes<'a>, Trouble> {
        let buffer = self.buffers.get(self.place.buffer).ok_or(Broken)?;
        self.place.buffer += 1;
        let place = |at| -> Result<usize, Broken> {
            usize::try_from(i64::from_le_bytes(chunk(buffer, at)?)).map_err(|_| Broken)
        };
        let length = place(8)?;
        if length == 0 {
            return Ok(Cow::Borrowed(&[]));
        }
        let held = self
            .body
            .get(place(0)?..)
            .and_then(|rest| rest.get(..length));
        let held = held.ok_or(Broken)?;
        let Some(codec) = self.codec else {
            self.limits.take(length as u64)?;
            return Ok(Cow::Borrowed(held));
        };
        // In front is the length when unpacked, or -1 where packing was not worth it.
        let unpacked = i64::from_le_bytes(chunk(held, 0)?);
        let packed = held.get(8..).ok_or(Broken)?;
        if unpacked == -1 {
            self.limits.take(packed.len() as u64)?;
            return Ok(Cow::Borrowed(packed));
        }
        let unpacked = usize::try_from(unpacked).map_err(|_| Broken)?;
        self.limits.take(unpacked as u64)?;
        Ok(Cow::Owned(codec.unpack(packed, unpacked)?))
    }
}
