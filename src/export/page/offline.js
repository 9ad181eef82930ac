// Starts the application of a file that holds everything (X5): no server, no network. Inlined by `export::page`.
// Each part stands in an inert element, compressed, in base64. What the application would fetch is answered from them.
(() => {
  "use strict";
  const say = (sentence) => {
    const place = document.getElementById("skeleton");
    if (place) place.textContent = sentence;
  };
  if (typeof DecompressionStream !== "function" || typeof CSSStyleSheet !== "function") {
    say("This file needs a current browser: it unpacks itself with what this one does not have.");
    return;
  }

  const bytes = (base64) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
    const text = atob(base64);
    const held = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) held[at] = text.charCodeAt(at);
    return held;
  };
  // Part → compressed bytes. The elements go, so that nothing is held twice.
  const parts = new Map();
  for (const element of document.querySelectorAll("script[data-part]")) {
    parts.set(element.dataset.part, new Blob([bytes(element.textContent)]));
    element.remove();
  }
  const unpacked = (blob) => new Response(blob.stream().pipeThrough(new DecompressionStream("gzip")));
  const script = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const part = (name) => unpacked(parts.get(name) ?? new Blob([]));

  // Runs in each worker, after the glue of its module, whose beginning is `init`. It has no other names of this script.
  const work = async (init) => {
    self.addEventListener("unhandledrejection", () => self.postMessage("crashed"));
    const given = await new Promise((resolve) => {
      self.addEventListener("message", (event) => resolve(event.data), { once: true });
    });
    self.fetch = async (address) => {
      const name = decodeURIComponent(new URL(address).pathname).replace(/^\/[A-Za-z]:/, "");
      const blob = given.files.get(name);
      if (!blob) return new Response("", { status: 404 });
      return new Response(blob.stream().pipeThrough(new DecompressionStream("gzip")));
    };
    self.toArrowStream = async () => {
      throw "The file holds no Parquet module.";
    };
    try {
      await init({ module_or_path: given.module });
      self.postMessage("listening");
    } catch {
      self.postMessage("The data worker could not start; open the file in a current browser.");
    }
  };

  // What the application fetches, by its path: all names that begin with a slash.
  const files = new Map([...parts].filter(([name]) => name.startsWith("/")));
  globalThis.fetch = async (asked) => {
    const address = new URL(asked instanceof Request ? asked.url : asked, location.href);
    // A drive's letter stands before the path of a file.
    const blob = files.get(decodeURIComponent(address.pathname).replace(/^\/[A-Za-z]:/, ""));
    return blob ? unpacked(blob) : new Response("", { status: 404 });
  };

  // The question it was made with, until the viewer asks another. It is a query, which a file's address may have.
  const about = document.getElementById("toolscope-file").textContent;
  globalThis.toolscopeFile = about;
  const { search } = JSON.parse(about);
  try {
    if (!location.href.includes("?") && search !== "") history.replaceState(null, "", `?${search}`);
  } catch {
    // The application reads the question of the file itself.
  }
  try {
    const theme = localStorage.getItem("toolscope.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the system's theme it is.
  }

  const start = async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await part("app.css").text());
    document.adoptedStyleSheets = [sheet];

    const compiled = async (name) => WebAssembly.compile(await (await part(name)).arrayBuffer());
    const [app, worker, appGlue, workerGlue] = await Promise.all([
      compiled("app.wasm"), compiled("worker.wasm"), part("app.js").text(), part("worker.js").text(),
    ]);
    // Chromium starts no module worker and imports no script in a worker of a file, so the glue becomes a plain script:
    // without its exports, the last of which names its beginning, and without asking for its own address.
    const exported = /export\s*\{[^}]*?(\w+) as default[^}]*\};?\s*$/;
    const plain = workerGlue.replaceAll("import.meta.url", "location.href").replace(/^export (?!\{)/gm, "");
    const loader = script(`"use strict";\n${plain}`.replace(exported, (_, init) => `(${work})(${init});\n`));
    // Only the empty text may become HTML, and only our worker may become a script.
    globalThis.trustedTypes?.createPolicy?.("default", {
      createHTML: (html) => (html === "" ? "" : null),
      createScriptURL: (url) => (url === loader ? url : null),
    });
    // Every worker is given the compiled module and the batches before anything else.
    const Plain = globalThis.Worker;
    globalThis.Worker = class extends Plain {
      constructor(script) {
        // Only the data worker is in the file; whoever wants another is told that there is none.
        if (script !== "/worker.js") throw new Error("There is no such worker in this file.");
        super(loader);
        this.postMessage({ module: worker, files });
      }
    };
    let charts;
    globalThis.toolscopeCharts = () => (charts ??= part("charts.js").text().then((text) => import(script(text))));
    const module = await import(script(appGlue));
    await module.default({ module_or_path: app });
  };
  start().catch(() => say("This file could not be opened; it may be cut off, or the browser may be too old for it."));
})();
