// The worker that makes files of reports. It lives for one export; the page ends it to cancel. Modules are fetched when
// a format needs them, fonts when the names do.
let documents;
const load = () => (documents ??= import("./toolscope-documents.js").then(async (module) => (await module.default(), module)));

let next;
/** Asks the page for the next piece of the long file. */
const pull = () => new Promise((resolve, reject) => {
  next = { resolve, reject };
  self.postMessage({ kind: "pull" });
});
const push = async (bytes) => self.postMessage({ kind: "part", bytes }, [bytes.buffer]);

async function fonts(order) {
  const found = [];
  for (const name of (await load()).fonts_needed(order)) {
    const response = await fetch(`./vendor/fonts/${name}.ttf`).catch(() => undefined);
    // Without it the file says which letters are missing.
    if (response?.ok) found.push(new Uint8Array(await response.arrayBuffer()));
  }
  return found;
}

const makers = {
  async write({ order, needsFonts }) {
    const [bytes, remark] = (await load()).write(order, needsFonts ? await fonts(order) : []);
    self.postMessage({ kind: "file", bytes, remark }, [bytes.buffer]);
  },
  async parquet({ order }) {
    const module = await import("./toolscope-columnar.js");
    await module.default();
    const bytes = module.write_parquet(order);
    self.postMessage({ kind: "file", bytes }, [bytes.buffer]);
  },
  async events({ order }) {
    const module = await import("./toolscope-columnar.js");
    await module.default();
    const file = new module.EventsFile(order);
    for (let piece; (piece = await pull()); ) {
      const part = file.push(piece);
      if (part.length) await push(part);
    }
    await push(file.finish());
    self.postMessage({ kind: "done" });
  },
  async workbook({ order }) {
    const book = new (await load()).Workbook(order);
    for (let piece; (piece = await pull()); ) book.push(piece);
    await push(book.finish());
    self.postMessage({ kind: "done" });
  },
  async archive({ order, name }) {
    await (await load()).archive(order, name, pull, push);
    self.postMessage({ kind: "done" });
  },
};

self.onmessage = async ({ data }) => {
  if (data.kind === "piece") return next?.resolve(data.bytes);
  if (data.kind === "stop") return next?.reject(data.message);
  try {
    await makers[data.kind](data);
  } catch (error) {
    // Only our own sentences are texts; whatever else was thrown may name data.
    const message = typeof error === "string" ? error : "The file could not be made; choose a shorter range or another format.";
    self.postMessage({ kind: "failed", message });
  }
};
self.postMessage({ kind: "listening" });
