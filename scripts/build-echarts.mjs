// Bundles the pinned ECharts into public/vendor, as an ES module that the application imports with its first chart.
import { build } from "esbuild";

await build({
  entryPoints: ["scripts/echarts-entry.mjs"],
  outfile: "public/vendor/echarts.min.js",
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
});
