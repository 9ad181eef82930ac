// One control sets the question of all widgets; what they say is listed.
const widgets = [...document.querySelectorAll("toolscope-widget")];
globalThis.heard = [];

for (const widget of widgets) {
  for (const type of ["ready", "filter", "select", "error"]) {
    widget.addEventListener(type, (event) => {
      globalThis.heard.push({ type, from: widget.getAttribute("widget"), detail: event.detail });
      const line = document.createElement("li");
      line.textContent = `${widget.getAttribute("widget")}: ${type} ${JSON.stringify(event.detail)}`;
      document.querySelector("#events").append(line);
    });
  }
}

document.querySelector("#range").addEventListener("change", (event) => {
  for (const widget of widgets) widget.setQuestion({ range: event.target.value });
});
