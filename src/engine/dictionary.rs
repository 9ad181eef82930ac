//! Every distinct text of a column once, in one allocation, behind codes that count from 1; 0 is the absent value.

use std::sync::Arc;

use super::sketch::HyperLogLog;

/// The code of an absent value.
pub const ABSENT: u32 = 0;
/// How full the index gets before it grows to twice its size, in quarters: probing stays short.
const QUARTERS_FULL: usize = 3;
const SLOTS_MIN: usize = 16;

/// A growing dictionary. Codes are never reused while it lives.
#[derive(Debug, Default)]
pub struct Dictionary {
    text: String,
    /// Where each text ends in `text`.
    ends: Vec<u32>,
    /// Open addressing over codes; 0 is an empty slot.
    slots: Vec<u32>,
}

impl Dictionary {
    /// How many codes there are, the absent one included.
    pub fn size(&self) -> usize {
        self.ends.len() + 1
    }

    /// The text of a code; `None` for the absent value.
    pub fn get(&self, code: u32) -> Option<&str> {
        let position = (code as usize).checked_sub(1)?;
        let end = *self.ends.get(position)? as usize;
        let start = position
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&end| end as usize);
        self.text.get(start..end)
    }

    /// Every text with its code.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..self.size() as u32).filter_map(|code| Some((code, self.get(code)?)))
    }

    /// What stands for a text in every shard; 0 for the absent value.
    pub fn hash(&self, code: u32) -> u64 {
        self.get(code).map_or(0, HyperLogLog::hash)
    }

    /// The hash of every code.
    pub fn hashes(&self) -> Vec<u64> {
        (0..self.size() as u32)
            .map(|code| self.hash(code))
            .collect()
    }

    pub fn find(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = self.first_slot(text);
        loop {
            match self.slots[slot] {
                ABSENT => return None,
                code if self.get(code) == Some(text) => return Some(code),
                _ => slot = self.next_slot(slot),
            }
        }
    }

    /// The code of a text, new or known.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(code) = self.find(text) {
            return code;
        }
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        let code = self.ends.len() as u32;
        if self.size() * 4 > self.slots.len() * QUARTERS_FULL {
            self.grow();
        } else {
            self.place(code);
        }
        code
    }

    /// One code per text of a batch's dictionary.
    pub fn intern_all(&mut self, texts: &[Arc<str>]) -> Vec<u32> {
        let codes = texts.iter().map(|text| self.intern(text)).collect();
        // A batch is a long time; room for the next one would be up to half of what is held.
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        codes
    }

    pub fn resident_bytes(&self) -> usize {
        self.text.capacity() + (self.ends.capacity() + self.slots.capacity()) * size_of::<u32>()
    }

    fn first_slot(&self, text: &str) -> usize {
        xxhash_rust::xxh3::xxh3_64(text.as_bytes()) as usize & (self.slots.len() - 1)
    }

    /// The number of slots is a power of two.
    fn next_slot(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    fn place(&mut self, code: u32) {
        let Some(text) = self.get(code) else { return };
        let mut slot = self.first_slot(text);
        while self.slots[slot] != ABSENT {
            slot = self.next_slot(slot);
        }
        self.slots[slot] = code;
    }

    fn grow(&mut self) {
        self.slots = vec![ABSENT; (self.slots.len() * 2).max(SLOTS_MIN)];
        for code in 1..self.size() as u32 {
            self.place(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dictionary;

    #[test]
    fn codes_lead_back_to_their_texts() {
        let mut dictionary = Dictionary::default();
        let texts: Vec<String> = (0..1000).map(|n| format!("name {n}")).collect();
        let codes: Vec<u32> = texts.iter().map(|text| dictionary.intern(text)).collect();
        for (text, &code) in texts.iter().zip(&codes) {
            assert_eq!(dictionary.get(code), Some(text.as_str()));
            assert_eq!(dictionary.intern(text), code);
        }
        assert_eq!(dictionary.size(), 1001);
        assert_eq!(dictionary.get(0), None);
        assert_eq!(dictionary.find("name 1000"), None);
    }

    #[test]
    fn the_empty_text_is_a_value_of_its_own() {
        let mut dictionary = Dictionary::default();
        let code = dictionary.intern("");
        assert_ne!(code, 0);
        assert_eq!(dictionary.get(code), Some(""));
    }
}
