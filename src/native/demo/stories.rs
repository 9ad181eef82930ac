//! What happens to the demo organisation, as one table of numbers a person can read and change.
//! Days are counted back from the demo's present; rates are 0 to 1.

/// Length of the demo's past.
pub const DAYS: i64 = 365;

/// How the population is made up: share, chance of being active on a working day, calls on such a day.
#[derive(Debug, Clone, Copy)]
pub struct Habit {
    pub share: f64,
    pub active_chance: f64,
    pub calls: f64,
}

pub const POWER: Habit = habit(0.06, 0.88, 24.0);
pub const REGULAR: Habit = habit(0.34, 0.46, 8.0);
pub const OCCASIONAL: Habit = habit(0.38, 0.13, 4.0);
pub const RARE: Habit = habit(0.13, 0.025, 2.0);
/// Invited, and never ran a tool.
pub const NEVER: Habit = habit(0.09, 0.0, 0.0);
pub const HABITS: [Habit; 5] = [POWER, REGULAR, OCCASIONAL, RARE, NEVER];

const fn habit(share: f64, active_chance: f64, calls: f64) -> Habit {
    Habit {
        share,
        active_chance,
        calls,
    }
}

/// People differ beyond their habit: σ of the logarithm of a person's own factor.
pub const PERSONAL_SPREAD: f64 = 0.5;

/// Share of the people who used tools before the demo's year began.
pub const ADOPTED_BEFORE: f64 = 0.46;
/// A person calls this many times as many tools at the end of the year as at its beginning.
pub const GROWTH_PER_PERSON: f64 = 1.45;

/// Days off, relative to a working day.
pub const WEEKEND: f64 = 0.06;
pub const YEAR_END: f64 = 0.15;
/// 21 December to 2 January.
pub const YEAR_END_FROM: (u32, u32) = (12, 21);
pub const YEAR_END_UNTIL: (u32, u32) = (1, 2);
pub const AUGUST_IN_EUROPE: f64 = 0.72;
/// (month, day, only offices in Europe?, factor)
pub const HOLIDAYS: [(u32, u32, bool, f64); 5] = [
    (12, 25, false, 0.03),
    (1, 1, false, 0.03),
    (5, 1, true, 0.08),
    (7, 4, false, 0.75),
    (10, 3, true, 0.55),
];

/// A release that breaks one client version, until the next release.
pub const BROKEN_CLIENT: &str = "Cursor";
pub const BROKEN_VERSION: &str = "2.3.0";
pub const BROKEN_FAILURE_RATE: f64 = 0.34;
pub const BROKEN_ERROR: &str = "protocol_mismatch";

/// A server whose environment variable got lost, for three weeks.
pub const MISCONFIGURED_SERVER: &str = "sentry";
pub const MISCONFIGURED_DAYS_AGO: (i64, i64) = (38, 17);
pub const MISCONFIGURED_FAILURE_RATE: f64 = 0.93;
pub const MISCONFIGURED_ERROR: &str = "missing_environment_variable";

/// One person's script that ran away in one night: share of all events, local hours, its failures.
pub const RUNAWAY_DAYS_AGO: i64 = 12;
pub const RUNAWAY_SHARE: f64 = 0.006;
pub const RUNAWAY_FROM_HOUR: i64 = 1;
pub const RUNAWAY_HOURS: f64 = 4.5;
pub const RUNAWAY_DEPARTMENT: &str = "Data";
pub const RUNAWAY_CLIENT: &str = "Claude Code";
pub const RUNAWAY_TOOL: &str = "run_query";
pub const RUNAWAY_FAILURE_RATE: f64 = 0.31;
pub const RUNAWAY_ERROR: &str = "rate_limited";

/// A department that was brought in at once.
pub const WAVE_DEPARTMENT: &str = "Customer Support";
pub const WAVE_DAYS_AGO: i64 = 150;
pub const WAVE_DAYS: i64 = 12;

/// A server that got slower: medians are multiplied up to this, growing since then.
pub const SLOWING_SERVER: &str = "confluence";
pub const SLOWING_DAYS_AGO: i64 = 45;
pub const SLOWING_FACTOR: f64 = 2.4;

/// People who leave in the course of the year.
pub const LEAVERS: f64 = 0.055;
/// A workspace where nothing happens any more.
pub const SLEEPING_WORKSPACE: &str = "legacy-migration";
pub const SLEEPING_SINCE_DAYS_AGO: i64 = 110;

/// Someone's first weeks go less well: added failures, and for how long.
pub const NEWCOMER_FAILURE_RATE: f64 = 0.035;
pub const NEWCOMER_DAYS: i64 = 21;

pub const REJECTED_RATE: f64 = 0.009;
pub const CANCELLED_RATE: f64 = 0.012;
/// Calls that began this shortly before the present have not ended yet.
pub const RUNNING_SECONDS: i64 = 90;

/// A model whose price fell: its tokens cost this many times as much before.
pub const CHEAPER_MODEL: &str = "claude-opus-4-5";
pub const CHEAPER_SINCE_DAYS_AGO: i64 = 75;
pub const PRICE_BEFORE: f64 = 3.0;

/// How often connecting fails: as a rule, to the misconfigured server, and with the broken client version.
pub const CONNECTION_FAILURE_RATE: f64 = 0.025;
pub const MISCONFIGURED_CONNECTION_FAILURE_RATE: f64 = 0.4;
pub const BROKEN_CONNECTION_FAILURE_RATE: f64 = 0.38;
/// How often a disconnection comes in the middle of a session instead of at its end.
pub const DROPPED_RATE: f64 = 0.4;

/// What an event is, in parts of a thousand; the rest are executions.
pub const CONVERSATIONS: u32 = 55;
pub const FIRST_RESPONSES: u32 = 20;
pub const PROVIDER_CALLS: u32 = 45;
pub const CONNECTIONS: u32 = 16;
pub const DISCONNECTIONS: u32 = 12;
pub const AUTHENTICATIONS: u32 = 10;
pub const DOCUMENTS_SHARED: u32 = 5;
pub const DOCUMENTS_INDEXED: u32 = 6;
pub const DOCUMENTS_SEARCHED: u32 = 8;
pub const DEVICES_CONNECTED: u32 = 3;
pub const DOCUMENTS_FOUND_AT_ONCE: u32 = 4;

/// Goals and budgets of the directory: metric, target, days from the present, label.
pub const GOALS: [(&str, f64, i64, &str); 4] = [
    (
        "success_rate",
        0.96,
        90,
        "Success rate of 96 % by the end of the quarter",
    ),
    (
        "adoption_share",
        0.90,
        120,
        "Nine of ten seats have used a tool",
    ),
    ("executions", 120_000.0, 30, "120,000 executions a month"),
    ("growth_mom", 0.03, 30, "Grow 3 % a month"),
];
