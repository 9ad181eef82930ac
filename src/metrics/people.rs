//! The registry's rows about people: what the tables of the users dashboard hold beside measures of executions.

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const PEOPLE: [MetricSpec; 24] = [
    metric!(
        Dau,
        "dau",
        "Daily active users",
        Count,
        Distinct,
        1,
        "People with at least one tool execution or conversation on this day.",
        "PostHog, GitHub"
    ),
    metric!(
        Wau,
        "wau",
        "Weekly active users",
        Count,
        Distinct,
        1,
        "People with at least one tool execution or conversation in the 7 days that end with this day.",
        "PostHog, GitHub"
    ),
    metric!(
        Mau,
        "mau",
        "Monthly active users",
        Count,
        Distinct,
        1,
        "People with at least one tool execution or conversation in the 30 days that end with this day.",
        "PostHog, GitHub"
    ),
    metric!(
        Stickiness,
        "stickiness",
        "Stickiness",
        Ratio,
        Derived,
        1,
        "Daily active users divided by monthly active users.",
        "PostHog, GitHub"
    ),
    metric!(
        DauMean,
        "dau_mean",
        "Average daily active users",
        Count,
        Derived,
        1,
        "Mean of the daily active users over the complete days of the period, weekends included.",
        "Microsoft Copilot Studio"
    ),
    metric!(
        NewUsers,
        "new_users",
        "New",
        Count,
        Derived,
        1,
        "People whose first activity ever is in this interval.",
        "PostHog lifecycle"
    ),
    metric!(
        ReturningUsers,
        "returning_users",
        "Returning",
        Count,
        Derived,
        1,
        "People active in this interval and in the one before.",
        "PostHog lifecycle"
    ),
    metric!(
        ResurrectedUsers,
        "resurrected_users",
        "Resurrected",
        Count,
        Derived,
        1,
        "People active in this interval, not in the one before, but earlier.",
        "PostHog lifecycle"
    ),
    metric!(
        DormantUsers,
        "dormant_users",
        "Dormant",
        Count,
        Derived,
        -1,
        "People active in the interval before and not in this one.",
        "PostHog lifecycle"
    ),
    metric!(
        ToolsUsed,
        "tools_used",
        "Tools used",
        Count,
        Distinct,
        1,
        "Distinct tools that a person executed in the period.",
        "Toolscope"
    ),
    metric!(
        Sessions,
        "sessions",
        "Sessions",
        Count,
        Derived,
        0,
        "Events of one session id; without an id, events less than 30 minutes apart. What goes on longer without an id is cut every 24 hours.",
        "PostHog, Plausible"
    ),
    metric!(
        SessionLengthMean,
        "session_length_mean",
        "Average session",
        Milliseconds,
        Derived,
        0,
        "Mean time from the first to the last event of a session, at most 24 hours each.",
        "PostHog, Plausible"
    ),
    metric!(
        FirstSeen,
        "first_seen",
        "First seen",
        Time,
        Minimum,
        0,
        "Time of the first activity ever, under the same filters.",
        "Toolscope"
    ),
    metric!(
        LastSeen,
        "last_seen",
        "Last seen",
        Time,
        Maximum,
        0,
        "Time of the newest activity up to the end of the period.",
        "Toolscope"
    ),
    metric!(
        Segment,
        "segment",
        "Segment",
        Text,
        Derived,
        0,
        "Power user, else active in the last 7 days, else inactive (in the last 30), else dormant; as of the end of the period.",
        "Toolscope"
    ),
    metric!(
        HoursInPeriod,
        "hours_in_period",
        "Hours in the period",
        Count,
        Derived,
        0,
        "How much of the period falls on this hour of this weekday, in hours; a clock change takes one away or adds one.",
        "Toolscope"
    ),
    metric!(
        ExecutionsPerHour,
        "executions_per_hour",
        "Executions per hour",
        Count,
        Derived,
        1,
        "Executions in this hour of the week divided by how often the hour occurs in the period.",
        "Toolscope"
    ),
    metric!(
        People,
        "people",
        "People",
        Count,
        Distinct,
        1,
        "Distinct people that this row is about.",
        "Toolscope"
    ),
    metric!(
        PeopleShare,
        "people_share",
        "Share of people",
        Ratio,
        Derived,
        0,
        "People of this row divided by the people of all rows.",
        "Toolscope"
    ),
    metric!(
        PowerUsers,
        "power_users",
        "Power users",
        Count,
        Distinct,
        1,
        "People active in at least 9 of the last 12 complete weeks with at least 15 executions a week on average over them; with under 12 weeks of data, active in every complete week.",
        "Microsoft Viva Insights"
    ),
    metric!(
        ActivePeople,
        "active_people",
        "Active",
        Count,
        Distinct,
        1,
        "People active in the last 7 days up to the end of the period who are no power users.",
        "Toolscope"
    ),
    metric!(
        InactivePeople,
        "inactive_people",
        "Inactive",
        Count,
        Distinct,
        -1,
        "People active in the last 30 days up to the end of the period, but not in the last 7.",
        "Toolscope"
    ),
    metric!(
        DormantPeople,
        "dormant_people",
        "Dormant",
        Count,
        Distinct,
        -1,
        "People who were active once, but not in the last 30 days up to the end of the period.",
        "Toolscope"
    ),
    metric!(
        NeverActive,
        "never_active",
        "Never active",
        Count,
        Distinct,
        -1,
        "People with a seat in the directory who were never active.",
        "Toolscope"
    ),
];

const _: () =
    assert!(PEOPLE[0].metric as usize + PEOPLE.len() - 1 == MetricId::NeverActive as usize);
