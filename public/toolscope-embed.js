// <toolscope-widget>: a widget or dashboard of Toolscope in another page. No dependency; works under a strict
// Content-Security-Policy with `script-src` and `frame-src` for the origin in `src`, and nothing else.
//
// attributes  src (origin of Toolscope), widget (id of a widget or dashboard), range, compare, zone,
//             filters ("tool=a,b&not.user=x", as in an address), theme (light, dark, auto), lock ("tool,range" or "all"),
//             lang (BCP 47), accent (six hexadecimal digits), label (the frame's title)
// methods     setQuestion({ range, compare, zone, filters }) changes the parts that are named
// property    question: the parts as they are asked now
// events      ready { widget, question }, filter { filters, question }, select { widget, dimension, value },
//             error { code, message }; none bubbles
//
// The frame gets one message with a port, for its exact origin; all else goes over that port as text. The frame looks at
// our origin itself and says nothing to one that is not on its server's list.

const QUESTION = ["range", "compare", "zone", "filters"];
// What the address of the frame holds beside the question; a change loads it anew.
const FIXED = ["src", "widget", "lock", "lang", "accent"];
const EVENTS = ["ready", "filter", "select", "error"];
const HEIGHT_FIRST = 240;
const HEIGHT_MAX = 20_000;
const MESSAGE_MAX = 1 << 20;
// A frame that is refused, or whose server is gone, says nothing at all.
const SILENCE_MS = 20_000;

class ToolscopeWidget extends HTMLElement {
  static observedAttributes = [...QUESTION, ...FIXED, "theme", "label"];

  #frame;
  #port;
  #silence;
  #asked = "";
  #theme;
  #settling = false;

  connectedCallback() {
    this.style.display ||= "block";
    this.#load();
  }

  disconnectedCallback() {
    this.#close();
    this.#frame?.remove();
    this.#frame = undefined;
  }

  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || before === now) return;
    if (FIXED.includes(name)) this.#load();
    else if (name === "label") this.#frame?.setAttribute("title", now ?? "");
    else if (name === "theme") this.#say({ type: "theme", theme: now ?? "auto" });
    else this.#ask();
  }

  get question() {
    return Object.fromEntries(QUESTION.filter((name) => this.hasAttribute(name)).map((name) => [name, this.getAttribute(name)]));
  }

  /** Changes the parts that are named; null takes one back to its default. `filters` may be text, or { tool: ["a", "b"] }. */
  setQuestion(parts) {
    for (const name of QUESTION.filter((name) => name in parts)) {
      const value = parts[name];
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, name === "filters" && typeof value === "object" ? filterText(value) : String(value));
    }
  }

  // The question as the frame reads it from an address: it is parsed there, and what is not understood is an error event.
  get #search() {
    const { filters, ...others } = this.question;
    const parts = Object.entries(others).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    if (filters) parts.push(filters.replace(/^[?&]/, "").replace(/[\s#]/g, encodeURIComponent));
    return parts.join("&");
  }

  #origin() {
    try {
      const url = new URL(this.getAttribute("src") ?? "");
      return /^https?:$/.test(url.protocol) ? url.origin : undefined;
    } catch {
      return undefined;
    }
  }

  #load() {
    this.#close();
    const origin = this.#origin();
    const widget = this.getAttribute("widget");
    if (!origin || !widget) {
      this.#tell("error", { code: "attributes", message: "src has to be the address of a Toolscope, widget the id of a widget or dashboard." });
      return;
    }
    const parts = ["theme", "lock", "lang", "accent"].filter((name) => this.hasAttribute(name)).map((name) => `${name}=${encodeURIComponent(this.getAttribute(name))}`);
    this.#asked = this.#search;
    this.#theme = this.getAttribute("theme");
    const query = [this.#asked, ...parts].filter(Boolean).join("&");
    // A frame that goes elsewhere would write into the history of the page; a new one does not.
    this.#frame?.remove();
    const frame = document.createElement("iframe");
    frame.title = this.getAttribute("label") ?? "Toolscope";
    frame.referrerPolicy = "origin";
    frame.allow = "clipboard-write";
    frame.style.cssText = `display:block;width:100%;height:${HEIGHT_FIRST}px;border:0`;
    frame.addEventListener("load", () => this.#connect(frame, origin));
    frame.src = `${origin}/embed/${encodeURIComponent(widget)}${query ? `?${query}` : ""}`;
    this.#frame = frame;
    this.append(frame);
  }

  #connect(frame, origin) {
    if (frame !== this.#frame) return;
    this.#close();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => this.#hear(event.data);
    this.#port = port1;
    this.#silence = setTimeout(() => this.#tell("error", { code: "unreachable", message: `${origin} does not answer: it may be down, or this page may not be on its list.` }), SILENCE_MS);
    // Whoever else is in the frame by now does not get it.
    frame.contentWindow.postMessage("toolscope:connect", origin, [port2]);
    // What changed since the frame was made.
    if (this.getAttribute("theme") !== this.#theme) this.#say({ type: "theme", theme: this.getAttribute("theme") ?? "auto" });
    if (this.#search !== this.#asked) this.#ask();
  }

  #close() {
    clearTimeout(this.#silence);
    this.#port?.close();
    this.#port = undefined;
  }

  #say(message) {
    this.#port?.postMessage(JSON.stringify(message));
  }

  // Several attributes are often set one after the other; that is one question.
  #ask() {
    if (this.#settling) return;
    this.#settling = true;
    queueMicrotask(() => {
      this.#settling = false;
      this.#asked = this.#search;
      this.#say({ type: "question", search: this.#search });
    });
  }

  #hear(data) {
    if (typeof data !== "string" || data.length > MESSAGE_MAX) return;
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    clearTimeout(this.#silence);
    const { type, ...detail } = message ?? {};
    if (type === "size" && Number.isFinite(detail.height)) {
      this.#frame.style.height = `${Math.min(Math.max(Math.ceil(detail.height), 1), HEIGHT_MAX)}px`;
    } else if (EVENTS.includes(type)) {
      this.#tell(type, detail);
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** { tool: ["a", "b"], "not.user": ["x"] } as in an address. */
function filterText(filters) {
  return Object.entries(filters)
    .map(([name, values]) => `${encodeURIComponent(name)}=${[values].flat().map((value) => encodeURIComponent(value)).join(",")}`)
    .join("&");
}

if (!customElements.get("toolscope-widget")) customElements.define("toolscope-widget", ToolscopeWidget);
