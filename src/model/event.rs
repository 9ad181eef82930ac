//! Event kinds and outcomes: the two closed vocabularies of the schema.

use serde::{Deserialize, Serialize};

/// What happened. Feature D13 lists the kinds; `Execution` is the one most numbers are about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[repr(u8)]
pub enum EventKind {
    /// A tool ran, or was asked to.
    #[default]
    Execution = 0,
    /// A conversation with an assistant; its duration is the end-to-end latency.
    Conversation = 1,
    /// The first response of a conversation; its duration is the time to it.
    FirstResponse = 2,
    /// One call to an AI provider.
    ProviderCall = 3,
    /// A client connected to a server (outcome says whether it worked).
    Connection = 4,
    /// A client left a server; its duration is the connected time.
    Disconnection = 5,
    Authentication = 6,
    DocumentShared = 7,
    DocumentIndexed = 8,
    DocumentSearched = 9,
    DeviceConnected = 10,
    /// A sample of storage in use; `bytes` holds it.
    StorageSample = 11,
}

impl EventKind {
    pub const ALL: [Self; 12] = [
        Self::Execution,
        Self::Conversation,
        Self::FirstResponse,
        Self::ProviderCall,
        Self::Connection,
        Self::Disconnection,
        Self::Authentication,
        Self::DocumentShared,
        Self::DocumentIndexed,
        Self::DocumentSearched,
        Self::DeviceConnected,
        Self::StorageSample,
    ];

    /// The name in files, URLs and exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execution => "execution",
            Self::Conversation => "conversation",
            Self::FirstResponse => "first_response",
            Self::ProviderCall => "provider_call",
            Self::Connection => "connection",
            Self::Disconnection => "disconnection",
            Self::Authentication => "authentication",
            Self::DocumentShared => "document_shared",
            Self::DocumentIndexed => "document_indexed",
            Self::DocumentSearched => "document_searched",
            Self::DeviceConnected => "device_connected",
            Self::StorageSample => "storage_sample",
        }
    }

    /// Reads [`Self::name`] and the spellings other products use; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let named = Self::ALL.into_iter().find(|kind| kind.name() == text);
        let known = named.or_else(|| {
            let mut kinds = Self::ALL.into_iter();
            kinds.find(|kind| kind.name().eq_ignore_ascii_case(text))
        });
        known.or_else(|| match text.to_ascii_lowercase().as_str() {
            "tool_execution" | "tool_call" | "tool" => Some(Self::Execution),
            _ => None,
        })
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// A set of kinds, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub struct KindSet(u16);

impl KindSet {
    pub const EMPTY: Self = Self(0);
    pub const ALL: Self = Self((1 << EventKind::ALL.len()) - 1);
    /// What makes a person active (METRICS.md), and what numbers about executions look at.
    pub const ACTIVITY: Self = Self::of(EventKind::Execution).with(EventKind::Conversation);

    pub const fn of(kind: EventKind) -> Self {
        Self(1 << kind as u16)
    }

    #[must_use]
    pub const fn with(self, kind: EventKind) -> Self {
        self.union(Self::of(kind))
    }

    #[must_use]
    pub const fn without(self, kind: EventKind) -> Self {
        Self(self.0 & !Self::of(kind).0)
    }

    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn contains(self, kind: EventKind) -> bool {
        self.0 & Self::of(kind).0 != 0
    }

    /// Have both a kind in common?
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = EventKind> {
        EventKind::ALL
            .into_iter()
            .filter(move |&kind| self.contains(kind))
    }
}

/// How an event ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[repr(u8)]
pub enum Outcome {
    #[default]
    Success = 0,
    Failure = 1,
    /// Stopped by a person or a time-out of the caller's.
    Cancelled = 2,
    /// Refused before it ran; counted beside executions, never among them.
    Rejected = 3,
    /// Began and has not ended in the data.
    Running = 4,
}

impl Outcome {
    pub const ALL: [Self; 5] = [
        Self::Success,
        Self::Failure,
        Self::Cancelled,
        Self::Rejected,
        Self::Running,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Running => "running",
        }
    }

    /// Reads [`Self::name`] and common spellings; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let named = Self::ALL.into_iter().find(|known| known.name() == text);
        named.or_else(|| Self::parse_spelling(text))
    }

    fn parse_spelling(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "success" | "ok" | "succeeded" | "true" | "completed" => Some(Self::Success),
            "failure" | "error" | "failed" | "false" => Some(Self::Failure),
            "cancelled" | "canceled" | "aborted" => Some(Self::Cancelled),
            "rejected" | "denied" | "declined" => Some(Self::Rejected),
            "running" | "started" | "pending" => Some(Self::Running),
            _ => None,
        }
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}
