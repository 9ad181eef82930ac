// The loader of the data worker. Its name is stable, so it is served with `no-cache`.
// It says when the module listens, and when it fell: a message before the first is lost, a panic answers nothing.
import init from "./toolscope-worker.js";

self.addEventListener("unhandledrejection", () => self.postMessage("crashed"));

// Parquet lives in a module of its own, fetched when the first such batch comes.
let columnar;
self.toArrowStream = async (bytes, options) => {
  columnar ??= import("./toolscope-columnar.js").then(async (module) => {
    await module.default();
    return module;
  });
  try {
    return (await columnar).to_arrow_stream(bytes, options);
  } catch (error) {
    // A module that panicked must not be used again.
    if (error instanceof WebAssembly.RuntimeError) columnar = undefined;
    throw error instanceof WebAssembly.RuntimeError ? "crashed" : error;
  }
};

try {
  await init();
  self.postMessage("listening");
} catch (error) {
  self.postMessage("The data worker could not start; reload the page, and use a current browser.");
}
