//! The registry's rows about kinds of events besides executions (D13).

use super::registry::{Merge, MetricId, MetricSpec, metric};
use crate::model::Unit;

/// In the order of [`MetricId`].
pub const KINDS: [MetricSpec; 28] = [
    metric!(
        Events,
        "events",
        "Events",
        Count,
        Sum,
        0,
        "Events of every kind, whatever their outcome.",
        "Toolscope"
    ),
    metric!(
        Conversation: Conversations,
        "conversations",
        "Conversations",
        Count,
        Sum,
        1,
        "Conversations with an assistant that began in the period, whatever their outcome.",
        "Toolscope"
    ),
    metric!(
        Conversation: ConversationLatencyMean,
        "conversation_latency_mean",
        "Average conversation latency",
        Milliseconds,
        Ratio,
        -1,
        "Mean end-to-end duration of finished conversations.",
        "Hyndman & Fan 1996"
    ),
    metric!(
        Conversation: ConversationLatencyP50,
        "conversation_latency_p50",
        "Median conversation latency",
        Milliseconds,
        Quantile,
        -1,
        "Half of the finished conversations took no longer than this from end to end; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        Conversation: ConversationLatencyP95,
        "conversation_latency_p95",
        "p95 conversation latency",
        Milliseconds,
        Quantile,
        -1,
        "95 of 100 finished conversations took no longer than this from end to end; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        FirstResponse: FirstResponseMean,
        "first_response_mean",
        "Average time to first response",
        Milliseconds,
        Ratio,
        -1,
        "Mean time from the beginning of a conversation to its first response.",
        "Hyndman & Fan 1996"
    ),
    metric!(
        FirstResponse: FirstResponseP50,
        "first_response_p50",
        "Median time to first response",
        Milliseconds,
        Quantile,
        -1,
        "Half of the first responses came no later than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        FirstResponse: FirstResponseP95,
        "first_response_p95",
        "p95 time to first response",
        Milliseconds,
        Quantile,
        -1,
        "95 of 100 first responses came no later than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        ProviderCall: ProviderCalls,
        "provider_calls",
        "Provider calls",
        Count,
        Sum,
        0,
        "Calls to an AI provider, whatever their outcome.",
        "OpenTelemetry GenAI semantic conventions"
    ),
    metric!(
        ProviderCall: ProviderFailureRate,
        "provider_failure_rate",
        "Provider failure rate",
        Ratio,
        Ratio,
        -1,
        "Provider calls that failed or were refused, divided by all provider calls.",
        "Toolscope"
    ),
    metric!(
        ProviderCall: ProviderTimeMean,
        "provider_time_mean",
        "Average provider time",
        Milliseconds,
        Ratio,
        -1,
        "Mean duration of finished provider calls.",
        "Hyndman & Fan 1996"
    ),
    metric!(
        ProviderCall: ProviderTimeP50,
        "provider_time_p50",
        "Median provider time",
        Milliseconds,
        Quantile,
        -1,
        "Half of the finished provider calls took no longer than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        ProviderCall: ProviderTimeP95,
        "provider_time_p95",
        "p95 provider time",
        Milliseconds,
        Quantile,
        -1,
        "95 of 100 finished provider calls took no longer than this; linear interpolation between closest ranks.",
        "Hyndman & Fan 1996, type 7"
    ),
    metric!(
        ProviderCall: TokensIn,
        "tokens_in",
        "Input tokens",
        Count,
        Sum,
        0,
        "Tokens that provider calls sent to their models, where recorded; tokens of other kinds of events repeat these and stay out.",
        "OpenTelemetry GenAI semantic conventions"
    ),
    metric!(
        ProviderCall: TokensOut,
        "tokens_out",
        "Output tokens",
        Count,
        Sum,
        0,
        "Tokens that models answered provider calls with, where recorded; tokens of other kinds of events repeat these and stay out.",
        "OpenTelemetry GenAI semantic conventions"
    ),
    metric!(
        CostUsd,
        "cost_usd",
        "Recorded cost",
        UsDollars,
        Sum,
        -1,
        "Sum of the cost that events of any kind have on record; events without one add nothing.",
        "Toolscope"
    ),
    metric!(
        Connection: Connections,
        "connections",
        "Connections attempted",
        Count,
        Sum,
        0,
        "Attempts of clients to connect to a server, whatever their outcome.",
        "Toolscope"
    ),
    metric!(
        Connection: ConnectionFailures,
        "connection_failures",
        "Connection failures",
        Count,
        Sum,
        -1,
        "Attempts to connect that failed or were refused.",
        "Toolscope"
    ),
    metric!(
        Connection: ConnectionFailureRate,
        "connection_failure_rate",
        "Connection failure rate",
        Ratio,
        Ratio,
        -1,
        "Attempts to connect that failed or were refused, divided by all attempts.",
        "Toolscope"
    ),
    metric!(
        Connection: UptimeShare,
        "uptime_share",
        "Uptime",
        Ratio,
        Ratio,
        1,
        "Connected time divided by the time from a session's first successful connection to a server until the session's last event, over all sessions and servers of the period.",
        "Toolscope"
    ),
    metric!(
        Connection: ActiveConnections,
        "active_connections",
        "Active connections",
        Count,
        Derived,
        0,
        "Sessions and servers that were connected in the period and had not disconnected by its end.",
        "Toolscope"
    ),
    metric!(
        Authentication: Authentications,
        "authentications",
        "Authentications attempted",
        Count,
        Sum,
        0,
        "Attempts to authenticate, whatever their outcome.",
        "Toolscope"
    ),
    metric!(
        Authentication: AuthenticationSuccessRate,
        "authentication_success_rate",
        "Authentication success rate",
        Ratio,
        Ratio,
        1,
        "Authentications that succeeded, divided by all attempts.",
        "Toolscope"
    ),
    metric!(
        DocumentShared: DocumentsShared,
        "documents_shared",
        "Documents shared",
        Count,
        Sum,
        1,
        "Times a document was shared with success.",
        "Toolscope"
    ),
    metric!(
        DocumentIndexed: DocumentsIndexed,
        "documents_indexed",
        "Documents indexed",
        Count,
        Sum,
        0,
        "Times a document was indexed with success.",
        "Toolscope"
    ),
    metric!(
        DocumentSearched: DocumentsSearched,
        "documents_searched",
        "Document searches",
        Count,
        Sum,
        0,
        "Searches in documents that succeeded.",
        "Toolscope"
    ),
    metric!(
        DeviceConnected: DevicesConnected,
        "devices_connected",
        "Devices connected",
        Count,
        Distinct,
        0,
        "Distinct pairs of person and platform that connected a device with success; one person's macos is one device.",
        "Toolscope"
    ),
    metric!(
        StorageSample: StorageBytes,
        "storage_bytes",
        "Storage in use",
        Bytes,
        Newest,
        0,
        "Bytes in the newest sample of each workspace in the period, added up over workspaces.",
        "Toolscope"
    ),
];

const _: () =
    assert!(KINDS[0].metric as usize + KINDS.len() - 1 == MetricId::StorageBytes as usize);
