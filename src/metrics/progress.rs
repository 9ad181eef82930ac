//! The registry's rows about how people come, stay and change: adopters, funnel, retention, before and after.

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const PROGRESS: [MetricSpec; 20] = [
    metric!(
        AdopterCategory,
        "adopter_category",
        "Adopter category",
        Text,
        Derived,
        0,
        "By time of first tool execution among all who ever executed one: innovators are the first 2.5 %, then 13.5 % early adopters, 34 % early majority, 34 % late majority, 16 % laggards, rounded to whole people.",
        "Rogers, Diffusion of Innovations"
    ),
    metric!(
        TrainingReason,
        "training_reason",
        "Reason",
        Text,
        Derived,
        0,
        "Why someone who was active in the last 7 days may need training: the upper bound of the success rate lies under the median of the active, or the number of tools used under their first quartile.",
        "Toolscope"
    ),
    metric!(
        FunnelStep,
        "funnel_step",
        "Step",
        Text,
        Derived,
        0,
        "Steps of adoption in their order: a step counts only people who did all before it. The last two are states at the end of the period.",
        "PostHog"
    ),
    metric!(
        Conversion,
        "conversion",
        "Conversion",
        Ratio,
        Derived,
        1,
        "People of this step divided by the people of the first step.",
        "PostHog"
    ),
    metric!(
        StepConversion,
        "step_conversion",
        "Conversion from the step before",
        Ratio,
        Derived,
        1,
        "People of this step divided by the people of the step before.",
        "PostHog"
    ),
    metric!(
        DropOff,
        "drop_off",
        "Drop-off",
        Count,
        Derived,
        -1,
        "People of the step before who did not get to this one.",
        "PostHog"
    ),
    metric!(
        StepTimeMedian,
        "step_time_median",
        "Median time from the step before",
        Milliseconds,
        Quantile,
        -1,
        "Half of the people who got here took no longer than this from the step before.",
        "PostHog"
    ),
    metric!(
        CohortSize,
        "cohort_size",
        "Size",
        Count,
        Distinct,
        0,
        "People whose first activity ever is in this week or month.",
        "PostHog retention"
    ),
    metric!(
        CohortPeriod,
        "cohort_period",
        "Period",
        Count,
        Derived,
        0,
        "Weeks or months since the cohort began; 0 is its own.",
        "PostHog retention"
    ),
    metric!(
        Returned,
        "returned",
        "Returned",
        Count,
        Distinct,
        1,
        "People of the cohort active in this period.",
        "PostHog retention"
    ),
    metric!(
        Retention,
        "retention",
        "Retention",
        Ratio,
        Derived,
        1,
        "People of the cohort active in this period divided by its size; averages are weighted by size and leave incomplete periods out.",
        "PostHog retention"
    ),
    metric!(
        ExperienceGroup,
        "experience",
        "Experience",
        Text,
        Derived,
        0,
        "New: in the 30 days that begin with the day of the first activity; experienced: later.",
        "Toolscope"
    ),
    metric!(
        PersonWeeks,
        "person_weeks",
        "Active user weeks",
        Count,
        Derived,
        0,
        "Pairs of a person and a complete week in which that person was active as a member of the group.",
        "Toolscope"
    ),
    metric!(
        ExecutionsPerUserWeek,
        "executions_per_user_week",
        "Executions per user and week",
        Count,
        Derived,
        1,
        "Executions divided by the active users and weeks they come from.",
        "Toolscope"
    ),
    metric!(
        ActiveDaysPerUserWeek,
        "active_days_per_user_week",
        "Active days per user and week",
        Count,
        Derived,
        1,
        "Days with activity divided by the active users and weeks they come from.",
        "Toolscope"
    ),
    metric!(
        BeforeMean,
        "before_mean",
        "Before",
        Count,
        Derived,
        0,
        "Mean over the people active both before and after, in the period of comparison.",
        "Toolscope"
    ),
    metric!(
        AfterMean,
        "after_mean",
        "After",
        Count,
        Derived,
        0,
        "Mean over the people active both before and after, in the period.",
        "Toolscope"
    ),
    metric!(
        Difference,
        "difference",
        "Difference",
        Count,
        Derived,
        1,
        "Mean over the same people of after minus before.",
        "Student 1908, paired"
    ),
    metric!(
        DifferenceLow,
        "difference_low",
        "Difference, lower bound",
        Count,
        Derived,
        0,
        "Lower end of the 95 % interval of the difference, by the t distribution of paired differences.",
        "Student 1908, paired"
    ),
    metric!(
        DifferenceHigh,
        "difference_high",
        "Difference, upper bound",
        Count,
        Derived,
        0,
        "Upper end of the 95 % interval of the difference, by the t distribution of paired differences.",
        "Student 1908, paired"
    ),
];

const _: () =
    assert!(PROGRESS[0].metric as usize + PROGRESS.len() - 1 == MetricId::DifferenceHigh as usize);
