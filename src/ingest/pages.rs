//! The pages of Parquet columns on their way to the parquet crate, which takes some of what they say for granted.
//!
//! Owns: looking at each page once it is unpacked. Does not own: lengths that are known before (`lengths`), decoding
//! (`parquet`).
//!
//! Each check here stands for a panic of parquet 60.1, which ends the module in the browser; `tests/fuzz/corpus/parquet`
//! has a file for each.

use std::sync::Arc;

use arrow_schema::DataType;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowGroups};
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use super::{deltas, levels};
use crate::model::limits::DECODED_BYTES_MAX;

const NO_VALUES: &str = "a page has bytes and no values";
const NO_DICTIONARY: &str = "a page needs a dictionary and there is none";
const BAD_LEVELS: &str = "the levels of a page are longer than the page";
const BAD_COUNT: &str = "a page has another number of values than its header says";
const BAD_LENGTHS: &str = "the texts of a page are longer than the page";
const TOO_LONG: &str = "a dictionary has texts too long to be repeated so often";
const BAD_INDEXES: &str = "the indexes of a page are too wide";

/// A whole file, whose pages are looked at as they are read.
pub struct CheckedFile<'a> {
    pub bytes: &'a Bytes,
    pub metadata: &'a ArrowReaderMetadata,
    /// Rows that are decoded at once.
    pub rows: usize,
}

impl RowGroups for CheckedFile<'_> {
    fn num_rows(&self) -> usize {
        let rows = self.row_groups().map(RowGroupMetaData::num_rows);
        rows.map(|rows| usize::try_from(rows).unwrap_or_default())
            .sum()
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        let description = self.metadata.parquet_schema().column(column);
        let root = self.metadata.parquet_schema().get_column_root_idx(column);
        let field = self.metadata.schema().fields().get(root);
        let shape = Shape {
            definition: description.max_def_level().unsigned_abs(),
            repetition: description.max_rep_level().unsigned_abs(),
            value_bytes: match description.physical_type() {
                Type::INT32 | Type::FLOAT => 4,
                Type::INT64 | Type::DOUBLE => 8,
                Type::INT96 => 12,
                Type::FIXED_LEN_BYTE_ARRAY => description.type_length().unsigned_abs().into(),
                Type::BOOLEAN | Type::BYTE_ARRAY => 0,
            },
            is_text: description.physical_type() == Type::BYTE_ARRAY,
            rows: self.rows as u64,
            index_bits: field.map_or(INDEX_BITS_MAX, |field| index_bits(field.data_type())),
        };
        Ok(Box::new(Chunks {
            bytes: Arc::new(self.bytes.clone()),
            metadata: Arc::clone(self.metadata.metadata()),
            column,
            group: 0,
            shape,
        }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata().row_groups().iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }
}

const INDEX_BITS_MAX: u8 = 32;

/// How wide an index into a dictionary may be: it is read as the key that the file's Arrow schema asks for.
fn index_bits(data_type: &DataType) -> u8 {
    match data_type {
        DataType::Dictionary(key, _) => {
            let bytes = key.primitive_width().unwrap_or_default().min(4);
            bytes as u8 * 8
        }
        DataType::List(field) | DataType::LargeList(field) | DataType::Map(field, _) => {
            index_bits(field.data_type())
        }
        DataType::FixedSizeList(field, _) => index_bits(field.data_type()),
        DataType::Struct(fields) => {
            let inside = fields.iter().map(|field| index_bits(field.data_type()));
            inside.min().unwrap_or(INDEX_BITS_MAX)
        }
        _ => INDEX_BITS_MAX,
    }
}

/// What the description of a column says that its pages have to agree with.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// The greatest level of definition and of repetition.
    definition: u16,
    repetition: u16,
    /// Zero for values of any length.
    value_bytes: u64,
    is_text: bool,
    /// Rows that are decoded at once.
    rows: u64,
    index_bits: u8,
}

/// The chunks of a column, one for each row group.
struct Chunks {
    bytes: Arc<Bytes>,
    metadata: Arc<ParquetMetaData>,
    column: usize,
    group: usize,
    shape: Shape,
}

impl Iterator for Chunks {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let group = self.metadata.row_groups().get(self.group)?;
        self.group += 1;
        let rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let chunk = group.columns().get(self.column)?;
        let pages = SerializedPageReader::new(Arc::clone(&self.bytes), chunk, rows, None);
        Some(pages.map(|pages| {
            Box::new(Pages {
                pages,
                shape: self.shape,
                dictionary: None,
            }) as Box<dyn PageReader>
        }))
    }
}

impl PageIterator for Chunks {}

/// The pages of a chunk.
struct Pages {
    pages: SerializedPageReader<Bytes>,
    shape: Shape,
    /// The longest text in the dictionary, once there is one.
    dictionary: Option<u64>,
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            self.check(page)
                .map_err(|what| ParquetError::General(what.into()))?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

impl Pages {
    /// What is wrong with a page, if anything.
    fn check(&mut self, page: &Page) -> Result<(), &'static str> {
        match page {
            Page::DictionaryPage {
                buf, num_values, ..
            } => {
                self.dictionary = Some(if self.shape.is_text { longest(buf) } else { 0 });
                has_values(*num_values, buf)
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                ..
            } => {
                let Shape {
                    definition,
                    repetition,
                    ..
                } = self.shape;
                let mut rest: &[u8] = buf;
                first_levels(&mut rest, repetition, *rep_level_encoding, *num_values)?;
                let found = first_levels(&mut rest, definition, *def_level_encoding, *num_values)?;
                has_values(*num_values, rest)?;
                self.check_values(*encoding, rest, found)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let levels = buf.split_at_checked(*rep_levels_byte_len as usize);
                let (_, rest) = levels.ok_or(BAD_LEVELS)?;
                let levels = rest.split_at_checked(*def_levels_byte_len as usize);
                let (levels, rest) = levels.ok_or(BAD_LEVELS)?;
                let found = match self.shape.definition {
                    0 => u64::from(*num_values),
                    greatest => {
                        levels::values(levels, greatest, (*num_values).into()).ok_or(BAD_LEVELS)?
                    }
                };
                let promised = num_values.checked_sub(*num_nulls).ok_or(BAD_COUNT)?;
                if found != u64::from(promised) {
                    return Err(BAD_COUNT);
                }
                if *encoding == Encoding::PLAIN {
                    has_values(promised, rest)?;
                }
                self.check_values(*encoding, rest, found)
            }
        }
    }

    fn check_values(
        &self,
        encoding: Encoding,
        values: &[u8],
        count: u64,
    ) -> Result<(), &'static str> {
        match encoding {
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
                let longest = self.dictionary.ok_or(NO_DICTIONARY)?;
                // They are copied for each row.
                let bytes = longest.saturating_mul(count.min(self.shape.rows));
                if bytes > DECODED_BYTES_MAX / 4 {
                    return Err(TOO_LONG);
                }
                let is_too_wide = values
                    .first()
                    .is_some_and(|bits| *bits > self.shape.index_bits);
                if is_too_wide {
                    return Err(BAD_INDEXES);
                }
            }
            Encoding::BYTE_STREAM_SPLIT => {
                let bytes = count.saturating_mul(self.shape.value_bytes);
                if bytes > values.len() as u64 {
                    return Err(BAD_COUNT);
                }
            }
            Encoding::DELTA_BINARY_PACKED => {
                deltas::each(values, count, |_| Some(())).ok_or(BAD_COUNT)?;
            }
            Encoding::DELTA_LENGTH_BYTE_ARRAY if !deltas::has_texts(values, count) => {
                return Err(BAD_LENGTHS);
            }
            Encoding::DELTA_BYTE_ARRAY if !deltas::has_texts_with_prefixes(values, count) => {
                return Err(BAD_LENGTHS);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The longest text of a dictionary, each with its length in front.
fn longest(bytes: &[u8]) -> u64 {
    let (mut rest, mut longest) = (bytes, 0);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length);
        longest = longest.max(length.into());
        rest = after.get(length as usize..).unwrap_or_default();
    }
    longest
}

fn has_values(count: u32, bytes: &[u8]) -> Result<(), &'static str> {
    if count == 0 && !bytes.is_empty() {
        Err(NO_VALUES)
    } else {
        Ok(())
    }
}

/// Passes over the levels in front of a page of the first version; how many of them are the greatest.
fn first_levels(
    rest: &mut &[u8],
    greatest: u16,
    encoding: Encoding,
    count: u32,
) -> Result<u64, &'static str> {
    if greatest == 0 {
        return Ok(count.into());
    }
    let found = if encoding == Encoding::RLE {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(BAD_LEVELS)?;
        let levels = after.split_at_checked(u32::from_le_bytes(*length) as usize);
        let (levels, after) = levels.ok_or(BAD_LEVELS)?;
        *rest = after;
        levels::values(levels, greatest, count.into())
    } else {
        // Bits without runs, which nothing has written for ten years; anything else the reader refuses.
        let width = u16::BITS - greatest.leading_zeros();
        let bytes = u64::from(count).saturating_mul(width.into()).div_ceil(8);
        let bytes = usize::try_from(bytes).map_err(|_| BAD_LEVELS)?;
        let (_, after) = rest.split_at_checked(bytes).ok_or(BAD_LEVELS)?;
        *rest = after;
        Some(count.into())
    };
    found.ok_or(BAD_LEVELS)
}
