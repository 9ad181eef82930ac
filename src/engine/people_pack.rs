//! What people did, as bytes between shards: differences in few bytes each, so that order is part of the form.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

use super::people_state::{Burst, NamedSession};
use super::sketch::varint::{push, take, unzigzag, zigzag};
use crate::insight::Deeds;
use crate::model::TimeUs;

/// A list that is written as bytes.
trait Packed: Sized {
    fn write(items: &[Self], bytes: &mut Vec<u8>);
    /// `None`: the bytes are no such list.
    fn read(bytes: &mut &[u8], before: Option<&Self>) -> Option<Self>;
}

impl Packed for Deeds {
    fn write(items: &[Self], bytes: &mut Vec<u8>) {
        let mut next = 0;
        for deed in items {
            push(bytes, u64::from(deed.slice - next));
            next = deed.slice + 1;
            for count in [
                deed.executions,
                deed.successes,
                deed.failures,
                deed.conversations,
                deed.documents,
            ] {
                push(bytes, count.into());
            }
        }
    }

    fn read(bytes: &mut &[u8], before: Option<&Self>) -> Option<Self> {
        let mut number = || u32::try_from(take(bytes).ok()?).ok();
        let next = match before {
            Some(deed) => deed.slice.checked_add(1)?,
            None => 0,
        };
        Some(Self {
            slice: next.checked_add(number()?)?,
            executions: number()?,
            successes: number()?,
            failures: number()?,
            conversations: number()?,
            documents: number()?,
        })
    }
}

impl Packed for Burst {
    fn write(items: &[Self], bytes: &mut Vec<u8>) {
        let mut end_us = 0;
        for burst in items {
            push(bytes, zigzag(burst.first_us.wrapping_sub(end_us)));
            push(bytes, burst.last_us.wrapping_sub(burst.first_us) as u64);
            end_us = burst.last_us;
        }
    }

    fn read(bytes: &mut &[u8], before: Option<&Self>) -> Option<Self> {
        let gap_us = unzigzag(take(bytes).ok()?);
        let first_us = match before {
            Some(burst) if gap_us > 0 => burst.last_us.checked_add(gap_us)?,
            Some(_) => return None,
            None => gap_us,
        };
        Some(Self {
            first_us,
            last_us: after(first_us, bytes)?,
        })
    }
}

impl Packed for NamedSession {
    fn write(items: &[Self], bytes: &mut Vec<u8>) {
        for session in items {
            bytes.extend(session.id.to_le_bytes());
            push(bytes, zigzag(session.burst.first_us));
            let length_us = session.burst.last_us.wrapping_sub(session.burst.first_us);
            push(bytes, length_us as u64);
        }
    }

    fn read(bytes: &mut &[u8], before: Option<&Self>) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<8>()?;
        *bytes = rest;
        let id = u64::from_le_bytes(*id);
        if before.is_some_and(|before| before.id >= id) {
            return None;
        }
        let first_us = unzigzag(take(bytes).ok()?);
        let last_us = after(first_us, bytes)?;
        Some(Self {
            id,
            burst: Burst { first_us, last_us },
        })
    }
}

/// A time and a length behind it.
fn after(first_us: TimeUs, bytes: &mut &[u8]) -> Option<TimeUs> {
    first_us.checked_add(i64::try_from(take(bytes).ok()?).ok()?)
}

struct Bytes<T>(std::marker::PhantomData<T>);

impl<T: Packed> Visitor<'_> for Bytes<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a packed list")
    }

    fn visit_bytes<E: Error>(self, mut bytes: &[u8]) -> Result<Vec<T>, E> {
        let length = bytes.len();
        let mut items: Vec<T> = Vec::new();
        while !bytes.is_empty() {
            let item = T::read(&mut bytes, items.last());
            items.push(item.ok_or_else(|| E::invalid_length(length, &self))?);
        }
        Ok(items)
    }
}

macro_rules! list {
    ($module:ident, $type:ty) => {
        pub mod $module {
            use super::{Bytes, Deserializer, Packed, Serializer};

            pub fn serialize<S: Serializer>(
                items: &[$type],
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                let mut bytes = Vec::new();
                <$type as Packed>::write(items, &mut bytes);
                serializer.serialize_bytes(&bytes)
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Vec<$type>, D::Error> {
                deserializer.deserialize_bytes(Bytes(std::marker::PhantomData))
            }
        }
    };
}
list!(deeds, crate::insight::Deeds);
list!(bursts, crate::engine::people_state::Burst);
list!(sessions, crate::engine::people_state::NamedSession);
