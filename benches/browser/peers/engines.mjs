// One entry per measured engine. To add one: write adapters/<module>.js and add a line here.
//   id       name in the results
//   module   adapters/<module>.js
//   format   what the harness puts into the ArrayBuffer for the cold load: 'parquet' | 'arrow' | 'csv' | 'ndjson'
//   opts     passed to init() (together with origin and isolated)
//   maxRows  larger sizes are skipped (recorded as such)
//   byRows   overrides {opts, format} from a given number of rows on
//   needs    'isolation' (run with --isolate) | 'duckdb-parquet' (falls back to format 'arrow' without it)
//   default  false: only measured when named in --engines
export const ENGINES = [
  { id: 'toolscope', module: 'toolscope', label: 'Toolscope (this repository)', format: 'arrow', opts: {} },
  { id: 'duckdb', module: 'duckdb', label: 'DuckDB-Wasm 1.32.0 (EH)', format: 'parquet', opts: {}, needs: 'duckdb-parquet' },
  { id: 'perspective', module: 'perspective', label: 'Perspective 5.5.1', format: 'arrow', opts: {}, byRows: [{ from: 10_000_000, opts: { bits: 64 } }] },
  { id: 'arquero', module: 'arquero', label: 'Arquero 8.0.3', format: 'arrow', opts: {} },
  { id: 'crossfilter', module: 'crossfilter', label: 'crossfilter2 1.5.4', format: 'arrow', opts: {} },
  { id: 'js', module: 'js', label: '(hand-written JS, reference)', format: 'arrow', opts: {} },

  // variants, for tuning a peer or answering "what if"
  { id: 'duckdb-arrow', module: 'duckdb', label: 'DuckDB-Wasm (EH), from Arrow', format: 'arrow', opts: { parquet: false }, default: false },
  { id: 'duckdb-csv', module: 'duckdb', label: 'DuckDB-Wasm (EH), from CSV', format: 'csv', opts: { parquet: false }, maxRows: 1_000_000, default: false },
  { id: 'duckdb-varchar', module: 'duckdb', label: 'DuckDB-Wasm (EH), VARCHAR columns', format: 'parquet', opts: { schema: 'varchar' }, default: false, needs: 'duckdb-parquet' },
  ...['separate', 'temp', 'tempunion', 'union', 'cte', 'smart', 'smartinline', 'prepared'].map((s) => ({
    id: `duckdb-${s}`, module: 'duckdb', label: `DuckDB-Wasm (EH), strategy ${s}`, format: 'parquet', opts: { strategy: s }, default: false, needs: 'duckdb-parquet',
  })),
  { id: 'duckdb-coi', module: 'duckdb', label: 'DuckDB-Wasm (COI, threads)', format: 'arrow', opts: { bundle: 'coi', parquet: false }, default: false, needs: 'isolation' },
  { id: 'perspective-plain', module: 'perspective', label: 'Perspective, one view per panel', format: 'arrow', opts: { strategy: 'plain' }, default: false },
  { id: 'perspective32', module: 'perspective', label: 'Perspective (wasm32)', format: 'arrow', opts: { bits: 32 }, default: false },
  { id: 'perspective64', module: 'perspective', label: 'Perspective (memory64)', format: 'arrow', opts: { bits: 64 }, default: false },
  { id: 'arquero-op', module: 'arquero', label: 'Arquero, op.quantile/op.median', format: 'arrow', opts: { quantile: 'op' }, default: false },
];
