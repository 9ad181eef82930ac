// Toolscope as its application runs it: the same workers, the same messages, tables out. `toolscope.rs` is the page's side.
let engine;

/** The rows of a table as objects. */
function records({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
}

const number = (value) => value ?? 0;

function kpi(row, suffix) {
  return {
    count: number(row[`executions${suffix}`]), successRate: number(row[`success_rate${suffix}`]), users: number(row[`users${suffix}`]),
    p50: row[`duration_p50${suffix}`], p95: row[`duration_p95${suffix}`],
  };
}

export default {
  version: 'this repository',
  async init(o) {
    engine = await import(/* @vite-ignore */ `${o.origin}/toolscope/toolscope-peers.js`);
    await engine.default();
    engine.start(o.workers ?? 0);
    // Up and ready: what a worker is sent before its hello waits for it, so an empty question tells.
    await engine.refresh(0, 1);
  },
  async load(bytes, format) {
    await engine.load(new File([bytes], `events.${format}`));
  },
  async refresh({ from, to, workspaces }) {
    const tables = JSON.parse(await engine.refresh(from, to, workspaces ?? undefined));
    const [totals] = records(tables.kpi);
    const heatmap = new Array(168).fill(0);
    for (const row of records(tables.heatmap)) heatmap[Number(row.hour_of_week)] = row.executions;
    return {
      kpi: kpi(totals, ''),
      prev: kpi(totals, '_previous'),
      daily: records(tables.daily).map((row, at) => ({
        day: Math.floor(tables.daily.starts[at] / 86_400_000), count: number(row.executions), failures: number(row.failures), users: number(row.users),
      })),
      tools: records(tables.tools).map((row) => ({
        tool: row.tool, count: row.executions, successRate: row.success_rate, avg: row.duration_mean, median: row.duration_p50, lastUsed: row.last_used,
      })),
      users: records(tables.users).map((row) => ({ user: row.user, count: row.executions })),
      heatmap,
      errors: records(tables.errors).map((row) => ({ error: row.error_class, count: row.executions })),
      clients: records(tables.clients).map((row) => ({ client: row.client, count: row.executions })),
    };
  },
};
