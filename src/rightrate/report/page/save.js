"use strict";
// Saves a chart as SVG and its numbers as CSV: both are made here, so that no network is needed.
(() => {
  const number = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
  // A cell that a spreadsheet would run as a formula is made text; plain numbers stay numbers.
  const safe = (text) => (/^\s*[=+\-@]/.test(text) && !number.test(text) ? `'${text}` : text);
  const cell = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (row) => Array.from(row.cells, (one) => cell(safe(one.textContent.trim()))).join(",");
  const csv = (table) => `${Array.from(table.rows, line).join("\r\n")}\r\n`;
  const picture = async (figure) => {
    const view = figure.querySelector("[data-chart]").view;
    if (view) return view.toSVG();
    const source = figure.querySelector("img").src;
    return decodeURIComponent(source.slice(source.indexOf(",") + 1));
  };
  const save = (text, kind, name) => {
    const address = URL.createObjectURL(new Blob([text], { type: kind }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  for (const button of document.querySelectorAll("[data-save]")) {
    const figure = button.closest("figure");
    const name = `${figure.dataset.file}.${button.dataset.save}`;
    button.addEventListener("click", async () => {
      if (button.dataset.save === "svg") save(await picture(figure), "image/svg+xml", name);
      else save(`\ufeff${csv(figure.querySelector("table"))}`, "text/csv;charset=utf-8", name);
    });
  }
})();
