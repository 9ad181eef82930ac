//! Long columns of numbers as plain bytes on their way between shards: one copy instead of a number at a time.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// A number of eight bytes.
pub trait Word: Copy {
    fn to_bytes(self) -> [u8; 8];
    fn from_bytes(bytes: [u8; 8]) -> Self;
}

macro_rules! word {
    ($type:ty) => {
        impl Word for $type {
            fn to_bytes(self) -> [u8; 8] {
                self.to_le_bytes()
            }

            fn from_bytes(bytes: [u8; 8]) -> Self {
                Self::from_le_bytes(bytes)
            }
        }
    };
}
word!(u64);
word!(i64);
word!(f64);

struct Bytes<T>(PhantomData<T>);

impl<T: Word> Visitor<'_> for Bytes<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers of eight bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
        let (words, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(E::invalid_length(bytes.len(), &self));
        }
        Ok(words.iter().map(|word| T::from_bytes(*word)).collect())
    }
}

fn serialize<T: Word, S: Serializer>(numbers: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_bytes())
        .collect();
    serializer.serialize_bytes(&bytes)
}

fn deserialize<'de, T: Word, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_bytes(Bytes(PhantomData))
}

macro_rules! column {
    ($module:ident, $type:ty) => {
        pub mod $module {
            use serde::{Deserializer, Serializer};

            pub fn serialize<S: Serializer>(
                numbers: &[$type],
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                super::serialize(numbers, serializer)
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Vec<$type>, D::Error> {
                super::deserialize(deserializer)
            }
        }
    };
}
column!(words, u64);
column!(times, i64);
column!(floats, f64);
