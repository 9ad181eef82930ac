#!/usr/bin/env python3
"""Computes the golden answers with DuckDB and again with Polars, and writes them when both agree.

The events are the demo's: `toolscope demo --events 100000 --seed 7 --now 2026-06-30T12:00:00Z`, all raw, as NDJSON.
Nothing of Toolscope takes part in the computing. `make golden` runs this; tests/behaviour/golden.rs compares.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
DEMO = ["--events", "100000", "--seed", "7", "--now", "2026-06-30T12:00:00Z", "--aggregate-days", "0"]
NOW = datetime(2026, 6, 30, 12, tzinfo=timezone.utc)

ALL = ["executions", "successes", "failures", "success_rate", "share", "users", "duration_mean", "duration_min",
       "duration_p50", "duration_p95", "duration_p99", "duration_max", "last_used"]


def local(zone, year, month, day):
    return datetime(year, month, day, tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)


# Each question: the arguments of `toolscope query`, and the same said for the oracles.
QUESTIONS = [
    dict(id="everything", group=[], measures=ALL),
    dict(id="tools", group=["tool"], measures=ALL),
    dict(id="users-of-figma", group=["user"], measures=["executions", "success_rate", "duration_p95", "last_used"],
         keep={"server": ["figma"]}),
    dict(id="workspaces-and-clients", group=["workspace", "client"], measures=["executions", "users", "duration_p50"]),
    dict(id="error-classes", group=["error_class"], measures=["executions", "users"], keep={"outcome": ["failure"]}),
    dict(id="broken-client", group=["client_version"], measures=["executions", "success_rate", "duration_p99"],
         keep={"client": ["Cursor", "VS Code"]}),
    dict(id="without-the-script", group=["server"], measures=["executions", "share", "failures"],
         keep={"tool": ["run_query", "read_file", "web_search"]}, leave_out={"client": ["Claude Code"]}),
    dict(id="departments", group=["department"], measures=["executions", "users", "success_rate"]),
    dict(id="march-in-berlin", group=["day"], measures=["executions", "users"], zone="Europe/Berlin",
         range="2026-03", span=(local("Europe/Berlin", 2026, 3, 1), local("Europe/Berlin", 2026, 4, 1))),
    dict(id="clock-change-hours", group=["hour"], measures=["executions"], zone="America/New_York",
         range="2025-10-31..2025-11-03",
         span=(local("America/New_York", 2025, 10, 31), local("America/New_York", 2025, 11, 4))),
    dict(id="months-in-kolkata", group=["month"], measures=["executions", "success_rate", "users"], zone="Asia/Kolkata"),
    dict(id="weeks-from-sunday", group=["week"], measures=["executions", "failures"], zone="Asia/Tokyo", week_start="sunday"),
    dict(id="hours-of-the-week", group=["hour_of_week"], measures=["executions"], zone="Europe/Paris"),
    dict(id="last-30-days", group=["tool"], measures=["executions", "success_rate", "users", "duration_p50"],
         range="30d", span=(NOW - timedelta(days=30) + timedelta(microseconds=1), NOW + timedelta(microseconds=1))),
    dict(id="models", group=["model"],
         measures=["provider_calls", "provider_failure_rate", "tokens_in", "tokens_out", "cost_usd",
                   "provider_time_mean", "provider_time_p50", "provider_time_p95"]),
    dict(id="conversations-by-month", group=["month"], zone="Asia/Kolkata",
         measures=["conversations", "first_response_mean", "first_response_p50", "conversation_latency_p95"]),
    dict(id="connections-of-clients", group=["client"],
         measures=["connections", "connection_failures", "connection_failure_rate", "authentications",
                   "authentication_success_rate"]),
    dict(id="documents-of-departments", group=["department"],
         measures=["documents_searched", "documents_shared", "documents_indexed", "devices_connected"]),
    dict(id="storage-of-workspaces", group=["workspace"], measures=["storage_bytes"], range="90d",
         span=(NOW - timedelta(days=90) + timedelta(microseconds=1), NOW + timedelta(microseconds=1))),
]

EXECUTION = "(kind = 'execution' and outcome <> 'rejected')"
TIMED = f"({EXECUTION} and outcome in ('success', 'failure', 'cancelled') and duration_ms is not null)"
SQL = {
    "executions": f"count(*) filter ({EXECUTION})",
    "successes": f"count(*) filter ({EXECUTION} and outcome = 'success')",
    "failures": f"count(*) filter ({EXECUTION} and outcome = 'failure')",
    "success_rate": f"count(*) filter ({EXECUTION} and outcome = 'success')::double"
                    f" / nullif(count(*) filter ({EXECUTION} and outcome in ('success', 'failure')), 0)",
    "share": f"count(*) filter ({EXECUTION})::double / (select count(*) filter ({EXECUTION}) from chosen)",
    "users": f"count(distinct \"user\") filter ({EXECUTION} or kind = 'conversation')",
    "duration_mean": f"avg(duration_ms) filter ({TIMED})",
    "duration_min": f"min(duration_ms) filter ({TIMED})",
    "duration_p50": f"quantile_cont(duration_ms, 0.5) filter ({TIMED})",
    "duration_p95": f"quantile_cont(duration_ms, 0.95) filter ({TIMED})",
    "duration_p99": f"quantile_cont(duration_ms, 0.99) filter ({TIMED})",
    "duration_max": f"max(duration_ms) filter ({TIMED})",
    "last_used": f"epoch_us(max(time) filter ({EXECUTION}))",
}


def of_kind(kind, more="true"):
    return f"(kind = '{kind}' and {more})"


FAILED = "outcome in ('failure', 'rejected')"
FINISHED = "outcome in ('success', 'failure', 'cancelled') and duration_ms is not null"
for prefix, kind in [("first_response", "first_response"), ("conversation_latency", "conversation"),
                     ("provider_time", "provider_call")]:
    SQL[f"{prefix}_mean"] = f"avg(duration_ms) filter ({of_kind(kind, FINISHED)})"
    for percent in (50, 95):
        SQL[f"{prefix}_p{percent}"] = f"quantile_cont(duration_ms, 0.{percent}) filter ({of_kind(kind, FINISHED)})"
for measure, kind in [("conversations", "conversation"), ("provider_calls", "provider_call"),
                      ("connections", "connection"), ("authentications", "authentication")]:
    SQL[measure] = f"count(*) filter ({of_kind(kind)})"
for what in ("shared", "indexed", "searched"):
    good = "outcome = 'success'"
    SQL[f"documents_{what}"] = f"count(*) filter ({of_kind(f'document_{what}', good)})"
SQL |= {
    "provider_failure_rate": f"count(*) filter ({of_kind('provider_call', FAILED)})::double"
                             f" / nullif(count(*) filter ({of_kind('provider_call')}), 0)",
    "tokens_in": f"coalesce(sum(tokens_in) filter ({of_kind('provider_call')}), 0)::bigint",
    "tokens_out": f"coalesce(sum(tokens_out) filter ({of_kind('provider_call')}), 0)::bigint",
    "cost_usd": "coalesce(sum(cost_usd), 0)",
    "connection_failures": f"count(*) filter ({of_kind('connection', FAILED)})",
    "connection_failure_rate": f"count(*) filter ({of_kind('connection', FAILED)})::double"
                               f" / nullif(count(*) filter ({of_kind('connection')}), 0)",
    "authentication_success_rate": "count(*) filter (kind = 'authentication' and outcome = 'success')::double"
                                   f" / nullif(count(*) filter ({of_kind('authentication')}), 0)",
    "devices_connected": "count(distinct \"user\" || '/' || platform)"
                         " filter (kind = 'device_connected' and outcome = 'success')",
    # By workspace, so the newest sample of the group is that of the workspace.
    "storage_bytes": f"arg_max(bytes, time) filter ({of_kind('storage_sample')})",
}


def sql_dimension(name, question):
    here = f"timezone('{question.get('zone', 'UTC')}', time)"
    back = 0 if question.get("week_start", "monday") == "monday" else 1
    match name:
        case "hour":
            # Offsets are whole hours in the zones used, so the instant's own hour is the local one.
            return "epoch_us(date_trunc('hour', time))"
        case "day":
            return f"strftime({here}, '%Y-%m-%d')"
        case "month":
            return f"strftime({here}, '%Y-%m')"
        case "week":
            return f"strftime(date_trunc('week', {here} + interval {back} day) - interval {back} day, '%Y-%m-%d')"
        case "hour_of_week":
            return f"(isodow({here}) - 1) * 24 + hour({here})"
        case _:
            return f'"{name}"'


def duckdb_answer(connection, question):
    conditions = ["true"]
    if "span" in question:
        low, high = (int(t.timestamp()) * 1_000_000 + t.microsecond for t in question["span"])
        conditions.append(f"epoch_us(time) >= {low} and epoch_us(time) < {high}")
    quote = lambda values: ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    for column, values in question.get("keep", {}).items():
        conditions.append(f"{column} in ({quote(values)})")
    for column, values in question.get("leave_out", {}).items():
        conditions.append(f"({column} is null or {column} not in ({quote(values)}))")
    dimensions = [sql_dimension(name, question) for name in question["group"]]
    select = ", ".join(dimensions + [SQL[measure] for measure in question["measures"]])
    group = f"group by {', '.join(dimensions)}" if dimensions else ""
    text = f"with chosen as (from events where {' and '.join(conditions)}) select {select} from chosen {group}"
    return [list(row) for row in connection.execute(text).fetchall()]


def polars_dimension(name, question):
    here = pl.col("time").dt.convert_time_zone(question.get("zone", "UTC"))
    back = 0 if question.get("week_start", "monday") == "monday" else 1
    match name:
        case "hour":
            return pl.col("time").dt.truncate("1h").dt.epoch("us")
        case "day":
            return here.dt.strftime("%Y-%m-%d")
        case "month":
            return here.dt.strftime("%Y-%m")
        case "week":
            date = here.dt.date()
            return date.dt.offset_by(f"{back}d").dt.truncate("1w").dt.offset_by(f"-{back}d").dt.strftime("%Y-%m-%d")
        case "hour_of_week":
            return (here.dt.weekday().cast(pl.Int64) - 1) * 24 + here.dt.hour().cast(pl.Int64)
        case _:
            return pl.col(name)


def polars_answer(events, question):
    chosen = events
    if "span" in question:
        low, high = (int(t.timestamp()) * 1_000_000 + t.microsecond for t in question["span"])
        at = pl.col("time").dt.epoch("us")
        chosen = chosen.filter((at >= low) & (at < high))
    for column, values in question.get("keep", {}).items():
        chosen = chosen.filter(pl.col(column).is_in(values))
    for column, values in question.get("leave_out", {}).items():
        chosen = chosen.filter(~pl.col(column).is_in(values).fill_null(False))
    execution = (pl.col("kind") == "execution") & (pl.col("outcome") != "rejected")
    success, failure = execution & (pl.col("outcome") == "success"), execution & (pl.col("outcome") == "failure")
    timed = pl.col("duration_ms").filter(execution & pl.col("outcome").is_in(["success", "failure", "cancelled"])
                                         & pl.col("duration_ms").is_not_null())
    all_executions = chosen.select(execution.sum()).item()
    finished = success.sum() + failure.sum()
    measures = {
        "executions": execution.sum(),
        "successes": success.sum(),
        "failures": failure.sum(),
        "success_rate": pl.when(finished > 0).then(success.sum() / finished),
        "share": execution.sum() / all_executions,
        "users": pl.col("user").filter(execution | (pl.col("kind") == "conversation")).drop_nulls().n_unique(),
        "duration_mean": timed.mean(),
        "duration_min": timed.min(),
        "duration_p50": timed.quantile(0.5, "linear"),
        "duration_p95": timed.quantile(0.95, "linear"),
        "duration_p99": timed.quantile(0.99, "linear"),
        "duration_max": timed.max(),
        "last_used": pl.col("time").filter(execution).max().dt.epoch("us"),
    }
    failed = pl.col("outcome").is_in(["failure", "rejected"])
    kind = lambda name: pl.col("kind") == name
    for prefix, name in [("first_response", "first_response"), ("conversation_latency", "conversation"),
                         ("provider_time", "provider_call")]:
        own = pl.col("duration_ms").filter(kind(name) & pl.col("outcome").is_in(["success", "failure", "cancelled"])
                                           & pl.col("duration_ms").is_not_null())
        measures[f"{prefix}_mean"] = own.mean()
        measures[f"{prefix}_p50"], measures[f"{prefix}_p95"] = own.quantile(0.5, "linear"), own.quantile(0.95, "linear")
    share = lambda part, name: pl.when(kind(name).sum() > 0).then((kind(name) & part).sum() / kind(name).sum())
    good = pl.col("outcome") == "success"
    measures |= {
        "conversations": kind("conversation").sum(),
        "provider_calls": kind("provider_call").sum(),
        "provider_failure_rate": share(failed, "provider_call"),
        "tokens_in": pl.col("tokens_in").filter(kind("provider_call")).sum(),
        "tokens_out": pl.col("tokens_out").filter(kind("provider_call")).sum(),
        "cost_usd": pl.col("cost_usd").sum(),
        "connections": kind("connection").sum(),
        "connection_failures": (kind("connection") & failed).sum(),
        "connection_failure_rate": share(failed, "connection"),
        "authentications": kind("authentication").sum(),
        "authentication_success_rate": share(good, "authentication"),
        **{f"documents_{what}": (kind(f"document_{what}") & good).sum() for what in ("shared", "indexed", "searched")},
        "devices_connected": pl.concat_str("user", "platform", separator="/").filter(kind("device_connected") & good)
                               .drop_nulls().n_unique(),
        "storage_bytes": pl.col("bytes").filter(kind("storage_sample"))
                           .sort_by(pl.col("time").filter(kind("storage_sample"))).last(),
    }
    columns = [measures[measure].alias(measure) for measure in question["measures"]]
    if not question["group"]:
        return [list(row) for row in chosen.select(columns).rows()]
    keys = [polars_dimension(name, question).alias(f"key_{name}") for name in question["group"]]
    return [list(row) for row in chosen.group_by(keys).agg(columns).rows()]


def agree(one, other):
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other


def kept(rows, question):
    """Groups where the first measure counts something, in a fixed order."""
    dimensions = len(question["group"])
    rows = [row for row in rows if row[dimensions]]
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row[:dimensions]])


def arguments(question):
    made = ["--measure", ",".join(question["measures"])]
    if question["group"]:
        made += ["--group-by", ",".join(question["group"])]
    for option, key in [("--range", "range"), ("--zone", "zone"), ("--week-start", "week_start")]:
        if key in question:
            made += [option, question[key]]
    for option, key in [("--where", "keep"), ("--where-not", "leave_out")]:
        for column, values in question.get(key, {}).items():
            made += [option, f"{column}={','.join(values)}"]
    return made + ["--now", "2026-06-30T12:00:00Z"]


def main():
    companion = next((path for path in [TARGET / "release/toolscope", TARGET / "debug/toolscope"] if path.exists()), None)
    if companion is None:
        sys.exit("Build the companion first: make companion")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([companion, "demo", *DEMO, "--format", "ndjson", "--plain", "--out", folder], check=True)
        lines = []
        for path in sorted(Path(folder).glob("batches/*.ndjson")):
            lines += path.read_text(encoding="utf-8").splitlines()
        directory = json.loads((Path(folder) / "directory.json").read_text(encoding="utf-8"))
        rows = [json.loads(line) for line in lines]
    departments = {person["id"]: person["department"] for person in directory["people"]}
    names = ["kind", "outcome", "tool", "server", "user", "workspace", "client", "client_version", "error_class",
             "model", "platform"]
    columns = {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in names}
    for name in ["duration_ms", "cost_usd"]:
        columns[name] = pl.Series([row.get(name) for row in rows], dtype=pl.Float64)
    for name in ["tokens_in", "tokens_out", "bytes"]:
        columns[name] = pl.Series([row.get(name) for row in rows], dtype=pl.Int64)
    columns["time"] = pl.Series([row["time"] for row in rows], dtype=pl.String)
    columns["department"] = pl.Series([departments.get(row.get("user")) for row in rows], dtype=pl.String)
    events = pl.DataFrame(columns).with_columns(pl.col("time").str.to_datetime(time_unit="us", time_zone="UTC"))
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("events", events.to_arrow())

    golden = []
    for question in QUESTIONS:
        one, other = (kept(rows, question) for rows in (duckdb_answer(connection, question), polars_answer(events, question)))
        same = len(one) == len(other) and all(agree(a, b) for left, right in zip(one, other) for a, b in zip(left, right))
        if not same:
            differing = [(left, right) for left, right in zip(one, other) if not all(map(agree, left, right))][:3]
            sys.exit(f"DuckDB and Polars disagree about {question['id']}: {len(one)} and {len(other)} rows, {differing}")
        golden.append({"id": question["id"], "arguments": arguments(question), "dimensions": question["group"],
                       "measures": question["measures"], "rows": one})
        print(f"{question['id']}: {len(one)} rows")
    head = {"events": len(rows), "duckdb": duckdb.__version__, "polars": pl.__version__}
    body = ",\n".join(
        "{" + ",\n".join(
            f"  {json.dumps(key)}: " + (
                "[\n" + ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value) + "\n  ]"
                if key == "rows" else json.dumps(value, ensure_ascii=False))
            for key, value in question.items()) + "}"
        for question in golden)
    (HERE / "answers.json").write_text(f'{{"made_of": {json.dumps(head)},\n"questions": [\n{body}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
