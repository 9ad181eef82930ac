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

const embedded = location.pathname.startsWith("/embed/");
// The theme of the last visit, so that a dark page never flashes white. An embed's is in its address.
try {
  const theme = embedded ? new URLSearchParams(location.search).get("theme") : localStorage.getItem("toolscope.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme it is.
}

// The page around an embed hands over one port, maybe before the application listens. Nobody else is heard: neither
// frames beside us nor what we opened; whether its origin may is looked at by the application, which knows the list.
if (embedded) {
  document.documentElement.dataset.embed = "";
  globalThis.toolscopeParent = new Promise((resolve) => {
    if (parent === window) return;
    addEventListener("message", function greet(event) {
      if (event.source !== parent || event.data !== "toolscope:connect" || event.ports.length !== 1) return;
      removeEventListener("message", greet);
      resolve([event.origin, event.ports[0]]);
    });
  });
}

// Charts are fetched when the first one is drawn.
let charts;
globalThis.toolscopeCharts = () => (charts ??= import("/vendor/echarts.min.js"));
