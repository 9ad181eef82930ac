//! FlatBuffers, as far as Arrow's metadata needs them: tables, vectors, texts.
//!
//! Owns: that every offset is checked against the message before it is followed. Does not own: what a table means
//! (`schema`, `frames`).
//!
//! A table begins with the distance back to its vtable; a vtable has its own size, the table's, and for each field how
//! far into the table it lies, zero where it is absent. Vectors, texts and tables inside are forward distances.

/// An offset or a length leads out of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// The bytes of a number at a position.
pub fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Broken> {
    let rest = bytes.get(at..).ok_or(Broken)?;
    rest.first_chunk::<N>().copied().ok_or(Broken)
}

/// Follows the forward distance that stands at a position.
fn follow(message: &[u8], at: usize) -> Result<usize, Broken> {
    let distance = u32::from_le_bytes(chunk(message, at)?);
    let distance = usize::try_from(distance).map_err(|_| Broken)?;
    at.checked_add(distance).ok_or(Broken)
}

/// A table of a message.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    message: &'a [u8],
    at: usize,
    /// Positions of the fields in the table, two bytes each.
    slots: &'a [u8],
}

impl<'a> Table<'a> {
    /// The table that a message is.
    pub fn root(message: &'a [u8]) -> Result<Self, Broken> {
        Self::at(message, follow(message, 0)?)
    }

    fn at(message: &'a [u8], at: usize) -> Result<Self, Broken> {
        const HEAD_BYTES: usize = 4;
        let back = i32::from_le_bytes(chunk(message, at)?);
        let vtable = (at as i64).checked_sub(back.into()).ok_or(Broken)?;
        let vtable = usize::try_from(vtable).map_err(|_| Broken)?;
        let size = usize::from(u16::from_le_bytes(chunk(message, vtable)?));
        let whole = message.get(vtable..).and_then(|rest| rest.get(..size));
        let slots = whole.and_then(|whole| whole.get(HEAD_BYTES..));
        Ok(Self {
            message,
            at,
            slots: slots.ok_or(Broken)?,
        })
    }

    /// Where a field is; `None` when it is absent.
    fn field(&self, field: usize) -> Option<usize> {
        let slot = self.slots.as_chunks::<2>().0.get(field)?;
        match u16::from_le_bytes(*slot) {
            0 => None,
            inside => self.at.checked_add(inside.into()),
        }
    }

    fn number<const N: usize>(&self, field: usize) -> Result<Option<[u8; N]>, Broken> {
        let at = self.field(field);
        at.map(|at| chunk(self.message, at)).transpose()
    }

    pub fn u8(&self, field: usize) -> Result<u8, Broken> {
        Ok(self.number::<1>(field)?.map_or(0, u8::from_le_bytes))
    }

    pub fn flag(&self, field: usize) -> Result<bool, Broken> {
        Ok(self.u8(field)? != 0)
    }

    pub fn i16(&self, field: usize) -> Result<Option<i16>, Broken> {
        Ok(self.number(field)?.map(i16::from_le_bytes))
    }

    pub fn i32(&self, field: usize) -> Result<i32, Broken> {
        Ok(self.number(field)?.map_or(0, i32::from_le_bytes))
    }

    pub fn i64(&self, field: usize) -> Result<i64, Broken> {
        Ok(self.number(field)?.map_or(0, i64::from_le_bytes))
    }

    fn followed(&self, field: usize) -> Result<Option<usize>, Broken> {
        let at = self.field(field);
        at.map(|at| follow(self.message, at)).transpose()
    }

    pub fn table(&self, field: usize) -> Result<Option<Self>, Broken> {
        let at = self.followed(field)?;
        at.map(|at| Self::at(self.message, at)).transpose()
    }

    pub fn text(&self, field: usize) -> Result<Option<&'a str>, Broken> {
        let bytes = self.structs::<1>(field)?;
        if self.field(field).is_none() {
            return Ok(None);
        }
        let text = std::str::from_utf8(bytes.as_flattened());
        text.map(Some).map_err(|_| Broken)
    }

    /// A vector of structs or numbers of `N` bytes each; empty when it is absent.
    pub fn structs<const N: usize>(&self, field: usize) -> Result<&'a [[u8; N]], Broken> {
        let Some(at) = self.followed(field)? else {
            return Ok(&[]);
        };
        let count = u32::from_le_bytes(chunk(self.message, at)?);
        let count = usize::try_from(count).map_err(|_| Broken)?;
        let items = self.message.get(at + 4..).ok_or(Broken)?;
        items.as_chunks::<N>().0.get(..count).ok_or(Broken)
    }

    /// A vector of tables; empty when it is absent.
    pub fn tables(
        &self,
        field: usize,
    ) -> Result<impl ExactSizeIterator<Item = Result<Self, Broken>> + use<'a>, Broken> {
        let message = self.message;
        let first = self.followed(field)?.unwrap_or_default() + 4;
        let count = self.structs::<4>(field)?.len();
        Ok((0..count).map(move |item| Self::at(message, follow(message, first + item * 4)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table at 8 with one field of 4 bytes, its vtable at 12 + 4.
    fn message(back: i32, size: u16, inside: u16) -> Vec<u8> {
        let mut bytes = 8_u32.to_le_bytes().to_vec();
        bytes.extend([0; 4]);
        bytes.extend(back.to_le_bytes());
        bytes.extend(7_i32.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(8_u16.to_le_bytes());
        bytes.extend(inside.to_le_bytes());
        bytes
    }

    #[test]
    fn a_field_is_where_the_vtable_says() {
        let bytes = message(-8, 6, 4);
        let numbers = Table::root(&bytes).and_then(|table| Ok((table.i32(0)?, table.i32(1)?)));
        assert_eq!(numbers, Ok((7, 0)));
    }

    #[test]
    fn what_leads_out_of_the_message_is_broken() {
        for (back, size, inside) in [
            (-8, 7, 4),
            (-100, 6, 4),
            (100, 6, 4),
            (i32::MIN, 6, 4),
            (-8, 3, 4),
        ] {
            let bytes = message(back, size, inside);
            let field = Table::root(&bytes).and_then(|table| table.table(0));
            assert!(field.is_err(), "{back} {size} {inside}");
        }
        let bytes = message(-8, 6, 12);
        let number = Table::root(&bytes).and_then(|table| table.i32(0));
        assert_eq!(number, Err(Broken));
        // A table inside of itself is a table; how deep to go is the caller's to say.
        assert_eq!(Table::root(&[0xff; 4]).err(), Some(Broken));
        assert_eq!(Table::root(&[]).err(), Some(Broken));
    }
}
