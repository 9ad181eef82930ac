//! What the Arrow project's own reader says of the same bytes. Only tests.

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]
    use std::io::Cursor;
    use std::sync::Arc;

    use arrow_array::builder::{BinaryViewBuilder, Int32Builder, ListBuilder, StringViewBuilder};
    use arrow_array::cast::AsArray;
    use arrow_array::types::*;
    use arrow_array::*;
    use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
    use arrow_ipc::reader::{FileReader, StreamReader};
    use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
    use arrow_ipc::{CompressionType, MetadataVersion};
    use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit, UnionFields};
    use proptest::prelude::*;

    use super::super::reader::Reader;
    use crate::ingest::Format;
    use crate::ingest::values::Raw;

    const KINDS: u64 = 44;

    /// A sequence that a seed decides (Knuth's MMIX).
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, below: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % below
        }

        fn nulls(&mut self, rows: usize) -> Option<NullBuffer> {
            let share = [0, 3, 10][self.below(3) as usize];
            (share > 0).then(|| (0..rows).map(|_| self.below(10) >= share).collect())
        }

        fn text(&mut self) -> String {
            let words = ["", "a", "Zoë", "twelve bytes", "more than twelve bytes, 字"];
            let word = words[self.below(5) as usize];
            word.repeat(1 + self.below(3) as usize)
        }

        fn numbers<T: ArrowPrimitiveType>(&mut self, rows: usize) -> ArrayRef
        where
            PrimitiveArray<T>: Array,
        {
            let size = size_of::<T::Native>();
            let bytes: Vec<u8> = (0..rows * size).map(|_| self.below(256) as u8).collect();
            let values = ScalarBuffer::new(Buffer::from(bytes.as_slice()), 0, rows);
            Arc::new(PrimitiveArray::<T>::new(values, self.nulls(rows)))
        }

        fn texts(&mut self, rows: usize) -> Vec<Option<String>> {
            let nulls = self.nulls(rows);
            let is_null = |row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
            (0..rows)
                .map(|row| (!is_null(row)).then(|| self.text()))
                .collect()
        }

        /// Entries are told by `entries`, so that later batches can have other or more ones.
        fn coded<K: ArrowDictionaryKeyType>(&mut self, rows: usize, values: ArrayRef) -> ArrayRef
        where
            K::Native: TryFrom<usize>,
        {
            let entries = values.len() as u64;
            let keys: PrimitiveArray<K> = (0..rows)
                .map(|_| match self.below(8) {
                    0 => None,
                    _ => K::Native::try_from(self.below(entries) as usize).ok(),
                })
                .collect();
            Arc::new(DictionaryArray::<K>::new(keys, values))
        }

        /// A column of one of [`KINDS`] kinds.
        fn column(&mut self, kind: u64, rows: usize, first: usize, entries: usize) -> ArrayRef {
            let names = || (first..first + entries).map(|n| format!("entry {n}"));
            let ints = || Arc::new(Int32Array::from_iter_values(0..rows as i32));
            let item = Arc::new(Field::new("item", DataType::Int32, true));
            let ends = |step: i32| (0..=rows as i32).map(|n| n * step).collect();
            match kind {
                0 => Arc::new(NullArray::new(rows)),
                1 => {
                    let nulls = self.nulls(rows);
                    let flags = (0..rows).map(|_| self.below(2) == 1).collect();
                    Arc::new(BooleanArray::new(flags, nulls))
                }
                2 => self.numbers::<Int8Type>(rows),
                3 => self.numbers::<Int16Type>(rows),
                4 => self.numbers::<Int32Type>(rows),
                5 => self.numbers::<Int64Type>(rows),
                6 => self.numbers::<UInt8Type>(rows),
                7 => self.numbers::<UInt16Type>(rows),
                8 => self.numbers::<UInt32Type>(rows),
                9 => self.numbers::<UInt64Type>(rows),
                10 => self.numbers::<Float16Type>(rows),
                11 => self.numbers::<Float32Type>(rows),
                12 => self.numbers::<Float64Type>(rows),
                13 => self.numbers::<TimestampSecondType>(rows),
                14 => self.numbers::<TimestampMillisecondType>(rows),
                15 => {
                    let times = self.numbers::<TimestampMicrosecondType>(rows);
                    let times = times.as_primitive::<TimestampMicrosecondType>().clone();
                    Arc::new(times.with_timezone("Europe/Berlin"))
                }
                16 => self.numbers::<TimestampNanosecondType>(rows),
                17 => self.numbers::<Date32Type>(rows),
                18 => self.numbers::<Date64Type>(rows),
                19 => Arc::new(StringArray::from_iter(self.texts(rows))),
                20 => Arc::new(LargeStringArray::from_iter(self.texts(rows))),
                21 => {
                    let mut builder = StringViewBuilder::new().with_fixed_block_size(64);
                    let texts = self.texts(rows);
                    texts
                        .iter()
                        .for_each(|text| builder.append_option(text.as_ref()));
                    Arc::new(builder.finish())
                }
                22 => Arc::new(BinaryArray::from_iter(self.texts(rows))),
                23 => Arc::new(LargeBinaryArray::from_iter(self.texts(rows))),
                24 => {
                    let mut builder = BinaryViewBuilder::new().with_fixed_block_size(64);
                    let texts = self.texts(rows);
                    texts
                        .iter()
                        .for_each(|text| builder.append_option(text.as_ref()));
                    Arc::new(builder.finish())
                }
                25 => {
                    self.coded::<Int8Type>(rows, Arc::new(StringArray::from_iter_values(names())))
                }
                26 => {
                    self.coded::<UInt16Type>(rows, Arc::new(StringArray::from_iter_values(names())))
                }
                27 => self.coded::<Int32Type>(
                    rows,
                    Arc::new(LargeStringArray::from_iter_values(names())),
                ),
                28 => self.coded::<UInt64Type>(
                    rows,
                    Arc::new(Int64Array::from_iter_values(
                        (first..first + entries).map(|n| n as i64),
                    )),
                ),
                29 => {
                    self.coded::<Int64Type>(rows, Arc::new(BinaryArray::from_iter_values(names())))
                }
                30 => {
                    self.coded::<UInt8Type>(rows, Arc::new(StringArray::from_iter_values(names())))
                }
                31 => {
                    self.coded::<Int16Type>(rows, Arc::new(StringArray::from_iter_values(names())))
                }
                32 => {
                    self.coded::<UInt32Type>(rows, Arc::new(StringArray::from_iter_values(names())))
                }
                33 => {
                    let mut builder = ListBuilder::new(Int32Builder::new());
                    for row in 0..rows {
                        builder.append_option((row % 3 > 0).then_some([Some(1), None]));
                    }
                    Arc::new(builder.finish())
                }
                34 => {
                    let fields = Fields::from(vec![
                        Field::new("view", DataType::Utf8View, true),
                        Field::new("number", DataType::Int32, true),
                    ]);
                    let views = self.column(21, rows, 0, 1);
                    Arc::new(StructArray::new(
                        fields,
                        vec![views, ints()],
                        self.nulls(rows),
                    ))
                }
                35 => {
                    let fields =
                        UnionFields::from_fields([Field::new("number", DataType::Int32, true)]);
                    let tags = ScalarBuffer::from(vec![0_i8; rows]);
                    Arc::new(UnionArray::try_new(fields, tags, None, vec![ints()]).unwrap())
                }
                36 => {
                    let fields =
                        UnionFields::from_fields([Field::new("number", DataType::Int32, true)]);
                    let tags = ScalarBuffer::from(vec![0_i8; rows]);
                    let offsets = (0..rows as i32).collect();
                    Arc::new(
                        UnionArray::try_new(fields, tags, Some(offsets), vec![ints()]).unwrap(),
                    )
                }
                37 => {
                    let two = Arc::new(Int32Array::from(vec![7; rows * 2]));
                    Arc::new(FixedSizeListArray::new(item, 2, two, self.nulls(rows)))
                }
                38 => self.numbers::<Decimal128Type>(rows),
                39 => self.numbers::<IntervalMonthDayNanoType>(rows),
                40 => self.numbers::<DurationSecondType>(rows),
                41 => {
                    let bytes = Buffer::from(vec![5_u8; rows * 3]);
                    Arc::new(FixedSizeBinaryArray::new(3, bytes, self.nulls(rows)))
                }
                42 => {
                    let fields = Fields::from(vec![
                        Field::new("keys", DataType::Int32, false),
                        Field::new("values", DataType::Int32, true),
                    ]);
                    let entries = StructArray::new(fields.clone(), vec![ints(), ints()], None);
                    let entry = Arc::new(Field::new("entries", DataType::Struct(fields), false));
                    let offsets = OffsetBuffer::new(ends(1));
                    Arc::new(MapArray::new(
                        entry,
                        offsets,
                        entries,
                        self.nulls(rows),
                        false,
                    ))
                }
                _ => {
                    let run_ends = Int32Array::from(vec![rows.max(1) as i32]);
                    let runs =
                        RunArray::<Int32Type>::try_new(&run_ends, &Int32Array::from(vec![4]));
                    Arc::new(runs.unwrap().slice(0, rows))
                }
            }
        }
    }

    /// A cell as the columns see it, from the Arrow project's arrays.
    fn expected(array: &dyn Array, row: usize) -> (Raw<'static>, Option<Vec<u8>>) {
        if array.is_null(row) || array.data_type() == &DataType::Null {
            return (Raw::Null, None);
        }
        if let Some(coded) = array.as_any_dictionary_opt() {
            return expected(coded.values().as_ref(), coded.normalized_keys()[row]);
        }
        let time = |micros: Option<i64>| match micros {
            None => Raw::Nested,
            Some(micros @ 100_000_000_000_000..100_000_000_000_000_000) => Raw::Int(micros.into()),
            Some(micros) => Raw::Text(
                chrono::DateTime::from_timestamp_micros(micros)
                    .unwrap_or_default()
                    .to_rfc3339()
                    .into(),
            ),
        };
        macro_rules! at {
            ($type:ty) => {
                array.as_primitive::<$type>().value(row)
            };
        }
        let text = |text: &str| Raw::Text(text.to_owned().into());
        let mut bytes = None;
        let value = match array.data_type() {
            DataType::Boolean => Raw::Bool(array.as_boolean().value(row)),
            DataType::Int8 => Raw::Int(at!(Int8Type).into()),
            DataType::Int16 => Raw::Int(at!(Int16Type).into()),
            DataType::Int32 => Raw::Int(at!(Int32Type).into()),
            DataType::Int64 => Raw::Int(at!(Int64Type).into()),
            DataType::UInt8 => Raw::Int(at!(UInt8Type).into()),
            DataType::UInt16 => Raw::Int(at!(UInt16Type).into()),
            DataType::UInt32 => Raw::Int(at!(UInt32Type).into()),
            DataType::UInt64 => Raw::Int(at!(UInt64Type).into()),
            DataType::Float16 => Raw::Float(at!(Float16Type).into()),
            DataType::Float32 => Raw::Float(at!(Float32Type).into()),
            DataType::Float64 => Raw::Float(at!(Float64Type)),
            DataType::Timestamp(TimeUnit::Second, _) => {
                time(at!(TimestampSecondType).checked_mul(1_000_000))
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                time(at!(TimestampMillisecondType).checked_mul(1_000))
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                time(Some(at!(TimestampMicrosecondType)))
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                time(Some(at!(TimestampNanosecondType).div_euclid(1_000)))
            }
            DataType::Date32 => time(i64::from(at!(Date32Type)).checked_mul(86_400_000_000)),
            DataType::Date64 => time(at!(Date64Type).checked_mul(1_000)),
            DataType::Utf8 => text(array.as_string::<i32>().value(row)),
            DataType::LargeUtf8 => text(array.as_string::<i64>().value(row)),
            DataType::Utf8View => text(array.as_string_view().value(row)),
            held => {
                bytes = match held {
                    DataType::Binary => Some(array.as_binary::<i32>().value(row).to_vec()),
                    DataType::LargeBinary => Some(array.as_binary::<i64>().value(row).to_vec()),
                    DataType::BinaryView => Some(array.as_binary_view().value(row).to_vec()),
                    _ => None,
                };
                Raw::Nested
            }
        };
        (value, bytes)
    }

    fn same(a: &Raw<'_>, b: &Raw<'_>) -> bool {
        match (a, b) {
            (Raw::Float(a), Raw::Float(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            _ => a == b,
        }
    }

    /// Batches of some kinds of columns as a file or a stream.
    fn written(chance: &mut Chance, is_file: bool) -> Vec<u8> {
        let is_old = chance.below(4) == 0;
        let kinds: Vec<u64> = (0..=chance.below(8))
            .map(|_| chance.below(if is_old { KINDS - 1 } else { KINDS }))
            .collect();
        let alignment = [8, 16, 32, 64][chance.below(4) as usize];
        let version = if is_old {
            MetadataVersion::V4
        } else {
            MetadataVersion::V5
        };
        let is_legacy = is_old && chance.below(2) == 0;
        let packing = match chance.below(3) {
            1 if !is_old => Some(CompressionType::LZ4_FRAME),
            2 if !is_old => Some(CompressionType::ZSTD),
            _ => None,
        };
        // Entries may grow from batch to batch; in a stream there may be others instead.
        let change = chance.below(if is_file { 2 } else { 3 });
        let mut options = IpcWriteOptions::try_new(alignment, is_legacy, version)
            .and_then(|options| options.try_with_compression(packing))
            .unwrap();
        if change == 1 {
            options = options.with_dictionary_handling(DictionaryHandling::Delta);
        }
        let batches: Vec<Vec<ArrayRef>> = (0..chance.below(4) as usize)
            .map(|batch| {
                let rows = [0, 1, 7, 40][chance.below(4) as usize];
                let (cut, more) = (chance.below(9) as usize, chance.below(3) as usize);
                let (first, entries) = match change {
                    0 => (0, 5),
                    1 => (0, 5 + batch * 3),
                    _ => (batch * 2, 3 + batch),
                };
                let column = |&kind| {
                    let whole = chance.column(kind, cut + rows + more, first, entries);
                    whole.slice(cut, rows)
                };
                kinds.iter().map(column).collect()
            })
            .collect();
        let fields: Vec<Field> = kinds
            .iter()
            .enumerate()
            .map(|(at, &kind)| {
                let held = chance.column(kind, 1, 0, 1).data_type().clone();
                Field::new(format!("column {at}"), held, true)
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let batch = |columns: &Vec<ArrayRef>| RecordBatch::try_new(schema.clone(), columns.clone());
        if is_file {
            let mut writer =
                FileWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
            for columns in &batches {
                writer.write(&batch(columns).unwrap()).unwrap();
            }
            writer.into_inner().unwrap()
        } else {
            let mut writer =
                StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
            for columns in &batches {
                writer.write(&batch(columns).unwrap()).unwrap();
            }
            writer.into_inner().unwrap()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn every_value_is_what_the_arrow_project_reads(seed in any::<u64>(), is_file in any::<bool>()) {
            let mut chance = Chance(seed);
            let bytes = written(&mut chance, is_file);
            let batches: Vec<RecordBatch> = if is_file {
                let reader = FileReader::try_new(Cursor::new(&bytes), None).unwrap();
                reader.map(Result::unwrap).collect()
            } else {
                let reader = StreamReader::try_new(Cursor::new(&bytes), None).unwrap();
                reader.map(Result::unwrap).collect()
            };
            let format = if is_file { Format::ArrowFile } else { Format::ArrowStream };
            prop_assert_eq!(crate::ingest::recognise(&bytes), Ok(format));
            let mut reader = Reader::open(&bytes, format).unwrap();
            let wanted: Vec<bool> = reader.schema.names().map(|_| chance.below(3) > 0).collect();
            reader.keep(wanted.clone());
            for (at, batch) in batches.iter().enumerate() {
                let rows = reader.next().unwrap().unwrap();
                prop_assert_eq!(rows.rows, batch.num_rows());
                let kept = batch.columns().iter().zip(&wanted).filter(|(_, wanted)| **wanted);
                prop_assert_eq!(rows.columns().count(), kept.clone().count());
                for ((field, array), (theirs, _)) in rows.columns().zip(kept) {
                    for row in 0..batch.num_rows() {
                        let (value, bytes) = expected(theirs.as_ref(), row);
                        let place = format!("batch {at}, {}, row {row}: {:?}", field.name, theirs.data_type());
                        prop_assert!(same(&array.value(row), &value), "{place}: {:?} {value:?}", array.value(row));
                        prop_assert_eq!(array.bytes(row), bytes.as_deref(), "{}", place);
                    }
                }
            }
            prop_assert!(reader.next().unwrap().is_none());
        }
    }
}
