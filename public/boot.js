// Runs before the application: what must be true before the first paint or before the first script is loaded.

// Only the empty text may become HTML, and only our workers may become scripts.
const workers = ["/worker.js", "/documents.js"];
globalThis.trustedTypes?.createPolicy?.("default", {
  createHTML: (html) => (html === "" ? "" : null),
  createScriptURL: (url) => {
    const resolved = new URL(url, location.href);
    return resolved.origin === location.origin && workers.includes(resolved.pathname) ? url : null;
  },
});

// The theme of the last visit, so that a dark page never flashes white.
try {
  const theme = localStorage.getItem("toolscope.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme it is.
}

// Charts are fetched when the first one is drawn.
let charts;
globalThis.toolscopeCharts = () => (charts ??= import("/vendor/echarts.min.js"));
