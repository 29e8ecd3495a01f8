"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const body = document.body.dataset;
  const SVG = "http://www.w3.org/2000/svg";
  let data = JSON.parse($("now").textContent);
  let drawnWidth = 0;

  // Elements are made, never parsed: whatever a name holds, it stays text.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }
  function shape(tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text) element.textContent = text;
    return element;
  }
  const titled = (element, text) => { element.append(shape("title", {}, text)); return element; };

  // Only what has changed is put in anew, so that a reader's place and selection stay.
  const before = new Map();
  function changed(key, value) {
    const text = JSON.stringify(value);
    if (before.get(key) === text) return false;
    before.set(key, text);
    return true;
  }
  function say(id, text) {
    const element = $(id);
    if (element && element.textContent !== text) element.textContent = text;
  }

  // --- Numbers and axes

  function short(value) {
    const size = Math.abs(value);
    if (value === 0) return "0";
    if (size >= 1e5 || size < 1e-3) return value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
    return String(Number(value.toPrecision(4)));
  }
  function rate(value) {
    return value > 0 && (value < 0.01 || value >= 1000) ? value.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e") : short(value);
  }
  function percent(value) { return `${Number((100 * value).toPrecision(3))} %`; }
  function linearTicks(low, high, most) {
    const raw = (high - low) / most;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw);
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) ticks.push(Number((i * step).toPrecision(12)));
    return ticks;
  }
  function logTicks(low, high, most) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    if (last - first < 2) {
      const ticks = [];
      for (let power = first - 1; power <= last; power += 1) {
        for (const one of last > first ? [1, 3] : [1, 2, 3, 5]) ticks.push(Number((one * 10 ** power).toPrecision(3)));
      }
      return ticks.filter((one) => one >= low * 0.999 && one <= high * 1.001);
    }
    const every = Math.max(1, Math.ceil((last - first + 1) / most));
    const ticks = [];
    for (let power = first; power <= last; power += every) ticks.push(Number(`1e${power}`));
    return ticks;
  }
  function scale(values, isLog, from, to) {
    let low = Math.min(...values), high = Math.max(...values);
    if (isLog) {
      const pad = low === high ? 2 : (high / low) ** 0.06;
      low /= pad; high *= pad;
      const a = Math.log(low), b = Math.log(high);
      return { at: (value) => from + (to - from) * (Math.log(value) - a) / (b - a), low, high, isLog };
    }
    const pad = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.06;
    low -= pad; high += pad;
    return { at: (value) => from + (to - from) * (value - low) / (high - low), low, high, isLog };
  }

  function steps(high, from, to) {
    const last = Math.max(high, 1);
    return { at: (value) => from + (to - from) * value / last, low: 0, high: last, isLog: false };
  }

  // --- One chart

  const TRIANGLE = { lower: "M-6,-5 L6,-5 L0,6 Z", higher: "M-6,5 L6,5 L0,-6 Z" };
  function markShape(role) {
    if (role === "lost") return shape("path", { d: "M-5,-5 L5,5 M-5,5 L5,-5" });
    if (TRIANGLE[role]) return shape("path", { d: TRIANGLE[role] });
    return shape("circle", { r: role === "best" ? 7 : 5 });
  }
  function key(role, hasMarks) {
    const svg = shape("svg", { viewBox: "0 0 30 12", "aria-hidden": "true" });
    svg.append(shape("path", { d: "M0,6 L30,6", class: `line r-${role}` }));
    if (hasMarks) {
      const mark = markShape(role);
      mark.setAttribute("class", `mark m-${role}`);
      mark.setAttribute("transform", "translate(15,6) scale(.8)");
      svg.append(mark);
      svg.firstChild.remove();
    }
    return svg;
  }
  function drawing(chart, width) {
    const isNarrow = width < 480;
    const named = chart.lines.some((line) => line.label);
    const height = isNarrow ? 250 : 320;
    const box = { left: 58, right: width - (named && !isNarrow ? 70 : 24), top: 18, bottom: height - 42 };
    const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": `${chart.heading}. ${chart.says}` });
    const xs = [...chart.lines.flatMap((line) => line.x), ...chart.marks.map((mark) => mark.x)];
    const ys = [...chart.lines.flatMap((line) => line.y), ...chart.marks.map((mark) => mark.y)].filter((one) => one !== null);
    if (!chart.x.log) xs.push(0);
    if (chart.x.to) xs.push(chart.x.to);
    if (!xs.length) return svg;
    const isLogY = ys.length > 0 && !chart.y.rate && Math.min(...ys) > 0 && Math.max(...ys) / Math.min(...ys) > 30;
    const x = chart.x.log ? scale(xs, true, box.left, box.right) : steps(Math.max(...xs), box.left, box.right);
    const y = scale(ys.length ? ys : [0, 1], isLogY, box.bottom, box.top);
    const most = Math.max(3, Math.floor((box.right - box.left) / 90));
    for (const tick of (y.isLog ? logTicks(y.low, y.high, 5) : linearTicks(y.low, y.high, 5))) {
      const at = y.at(tick);
      svg.append(shape("line", { x1: box.left, x2: box.right, y1: at, y2: at, class: "grid" }));
      svg.append(shape("text", { x: box.left - 6, y: at + 4, "text-anchor": "end" }, chart.y.share ? percent(tick) : chart.y.rate ? rate(tick) : short(tick)));
    }
    for (const tick of (x.isLog ? logTicks(x.low, x.high, most) : linearTicks(Math.max(0, x.low), x.high, most))) {
      const at = x.at(tick);
      svg.append(shape("line", { x1: at, x2: at, y1: box.bottom, y2: box.bottom + 5, class: "axis" }));
      svg.append(shape("text", { x: at, y: box.bottom + 18, "text-anchor": "middle" }, chart.x.log ? rate(tick) : tick.toLocaleString("en")));
    }
    svg.append(shape("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, class: "axis" }));
    svg.append(shape("text", { x: (box.left + box.right) / 2, y: height - 6, "text-anchor": "middle", class: "title" }, chart.x.label));
    for (const rule of chart.rules || []) {
      const at = x.at(rule.x);
      if (!(at >= box.left && at <= box.right)) continue;
      svg.append(titled(shape("line", { x1: at, x2: at, y1: box.top - 4, y2: box.bottom, class: "rule" }), rule.says));
      svg.append(shape("text", { x: at, y: box.top - 6, "text-anchor": at > width - 70 ? "end" : "middle", class: "rule-name" }, rule.label));
    }
    const ends = [];
    for (const line of chart.lines) {
      if (!line.x.length) continue;
      const path = line.x.map((one, i) => `${i ? "L" : "M"}${x.at(one).toFixed(1)},${y.at(line.y[i]).toFixed(1)}`).join("");
      svg.append(titled(shape("path", { d: path, class: `line r-${line.role}` }), line.says));
      const last = line.x.length - 1;
      if (line.x.length === 1 || (line.role === "validation" && line.x.length <= 40)) {
        line.x.forEach((one, i) => svg.append(shape("circle", { cx: x.at(one), cy: y.at(line.y[i]), r: 3.5, class: `m-${line.role}` })));
      }
      if (line.label) ends.push({ x: x.at(line.x[last]), y: y.at(line.y[last]), label: line.label, role: line.role });
    }
    label(svg, ends, box, isNarrow);
    const placed = [];
    for (const mark of chart.marks) {
      const at = x.at(mark.x), high = mark.y === null ? box.top + 8 : y.at(mark.y);
      const drawn = markShape(mark.role);
      drawn.setAttribute("class", `mark m-${mark.role}${mark.left ? " has-left" : ""}`);
      drawn.setAttribute("transform", `translate(${at.toFixed(1)},${high.toFixed(1)})`);
      svg.append(titled(drawn, mark.says));
      placed.push({ at, high, label: mark.label });
    }
    for (const mark of placed) if (mark.label) nameMark(svg, mark, placed, box);
    return svg;
  }
  // A mark's name stands where it covers no other mark: above it, below, to the right or to the left.
  function nameMark(svg, { at, high, label }, placed, box) {
    const wide = 7.5 * label.length, reach = 9;
    const places = [
      { x: at, y: high - 13, anchor: "middle", from: at - wide / 2 }, { x: at, y: high + 22, anchor: "middle", from: at - wide / 2 },
      { x: at + 12, y: high + 4, anchor: "start", from: at + 12 }, { x: at - 12, y: high + 4, anchor: "end", from: at - 12 - wide },
    ];
    const covered = (one) => placed.filter((other) => other.at > one.from - reach && other.at < one.from + wide + reach
      && other.high > one.y - 10 - reach && other.high < one.y + 2 + reach && (other.at !== at || other.high !== high)).length;
    const isInside = (one) => one.y - 12 >= box.top && one.y <= box.bottom && one.from >= box.left && one.from + wide <= box.right + 20;
    const inside = places.filter(isInside);
    const chosen = (inside.length ? inside : places).reduce((best, one) => (covered(one) < covered(best) ? one : best));
    svg.append(shape("text", { x: chosen.x, y: chosen.y, "text-anchor": chosen.anchor, class: "t-best" }, label));
  }
  function label(svg, ends, box, isNarrow) {
    const shown = ends.length > 14 || isNarrow ? ends.filter((end) => end.role === "best") : ends;
    shown.sort((a, b) => a.y - b.y);
    let free = -Infinity;
    for (const end of shown) {
      end.at = Math.max(end.y, free);
      free = end.at + 13;
    }
    let below = box.bottom - 4;
    for (const end of [...shown].reverse()) {
      end.at = Math.min(end.at, below);
      below = end.at - 13;
    }
    for (const end of shown) {
      const at = end.at;
      const isTight = end.x + 6 + 7 * end.label.length > box.right + 70;
      const attributes = isNarrow || isTight ? { x: end.x, y: at - 8, "text-anchor": "end" } : { x: end.x + 6, y: at + 4 };
      svg.append(shape("text", { ...attributes, class: `t-${end.role}` }, end.label));
    }
  }
  function charts(isForced) {
    const section = $("charts");
    const wanted = new Set(data.charts.map((chart) => `chart-${chart.id}`));
    for (const figure of [...section.children]) if (!wanted.has(figure.id)) { figure.remove(); before.delete(figure.id); }
    for (const chart of data.charts) {
      const id = `chart-${chart.id}`;
      let figure = $(id);
      if (!figure) {
        figure = make("figure", { id, "aria-labelledby": `${id}-title` }, make("h3", { id: `${id}-title` }), make("p", { class: "finding" }),
          make("ul", { class: "keys" }), make("div", { class: "drawing" }));
        section.append(figure);
      }
      if (!changed(id, chart) && !isForced) continue;
      const [heading, finding, keys, place] = figure.children;
      heading.textContent = chart.heading;
      finding.textContent = chart.says;
      keys.replaceChildren(...(chart.keys || []).map(([role, text]) => make("li", {}, key(role, chart.marks.length > 0), text)));
      keys.hidden = !keys.children.length;
      place.replaceChildren(drawing(chart, Math.max(280, place.clientWidth)));
    }
  }

  // --- The rest of a run's page

  function tables() {
    for (const table of data.tables || []) {
      const id = `table-${table.id}`;
      let place = $(id);
      if (!place) {
        const head = make("thead", {}, make("tr", {}, ...table.columns.map((column) => make("th", { scope: "col" }, column))));
        place = make("div", { id, class: "scroll candidates", tabindex: "0", role: "region", "aria-label": `Table: ${table.heading}` },
          make("table", {}, head, make("tbody", {})));
        $("tables").append(make("h2", {}, table.heading), place);
      }
      if (!changed(id, table)) continue;
      place.querySelector("thead tr").replaceChildren(...table.columns.map((column) => make("th", { scope: "col" }, column)));
      place.querySelector("tbody").replaceChildren(...table.rows.map((row) =>
        make("tr", { class: row.role }, ...row.cells.map((cell, i) => make("td", { class: i === row.cells.length - 1 ? "why" : "short" }, cell)))));
    }
  }
  function findings() {
    const list = data.findings || [], acts = data.acts || [];
    $("found").hidden = !list.length;
    $("done").hidden = !acts.length;
    if (changed("findings", list)) {
      $("findings").replaceChildren(...list.map((one) => make("li", { class: one.withdrawn ? "withdrawn" : "" },
        make("span", { class: `tag ${one.severity}` }, `${one.tag}, ${one.at}`), make("h3", {}, one.title),
        one.advice ? make("p", { class: "advice" }, one.advice) : "", one.withdrawn ? make("p", { class: "note" }, one.withdrawn) : "")));
    }
    if (changed("acts", acts)) {
      $("acts").replaceChildren(...acts.map((one) => make("li", {}, make("span", { class: "tag" }, one.at), make("p", {}, one.says))));
    }
  }
  function run(isForced) {
    say("name", data.name);
    const badge = $("badge");
    badge.textContent = data.state;
    badge.className = `badge ${data.status}`;
    say("reading", data.reading);
    $("doors").hidden = !data.report;
    $("verdict").hidden = !data.verdict;
    if (data.verdict) $("verdict").href = `${body.base}run/${data.verdict}/report`;
    say("notice", data.notice);
    $("notice").hidden = !data.notice;
    findings();
    charts(isForced);
    tables();
    $("about").hidden = !data.facts.length;
    if (changed("facts", data.facts)) {
      $("facts").replaceChildren(...data.facts.map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text))));
    }
  }

  // --- The list of runs

  function list() {
    $("list").hidden = !data.runs.length;
    if (changed("notes", data.notes)) $("notes").replaceChildren(...data.notes.map((note) => make("li", {}, note)));
    const rows = data.runs.map((one) => {
      const page = `${body.base}run/${one.id}`;
      const first = one.report ? [make("a", { href: `${page}/report` }, one.name)] : [make("a", { href: page }, one.name)];
      if (one.report && one.log) first.push(" ", make("a", { href: page, class: "note", "aria-label": `How ${one.name} went` }, "how it went"));
      return { key: one, row: () => make("tr", { "data-run": one.id }, make("td", {}, ...first), make("td", {}, make("span", { class: `badge ${one.status}` }, one.state)),
        make("td", { class: "wrap" }, one.what), make("td", { class: "wrap" }, one.best || "\u2013"), make("td", { "data-time": one.changed })) };
    });
    if (!changed("rows", rows.map((row) => row.key))) return;
    const focused = document.activeElement && document.activeElement.getAttribute("href");
    $("rows").replaceChildren(...rows.map((row) => row.row()));
    if (focused && document.activeElement === document.body) {
      const again = [...document.querySelectorAll("#rows a")].find((link) => link.getAttribute("href") === focused);
      if (again) again.focus();
    }
  }

  // --- Time, voice, connection

  function ago(since) {
    const seconds = Math.max(0, Math.round(Date.now() / 1000 - since));
    if (seconds < 2) return "just now";
    if (seconds < 90) return `${seconds} s ago`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
    return seconds < 172800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86400)} days ago`;
  }
  function ages() {
    if (data.changed) say("age", `Last line written ${ago(data.changed)}.`);
    for (const cell of document.querySelectorAll("[data-time]")) {
      const text = ago(Number(cell.dataset.time));
      if (cell.textContent !== text) cell.textContent = text;
    }
  }
  let spokenAt = 0, spokenStatus = null;
  function speak() {
    const status = data.status || "", now = Date.now();
    if (status === spokenStatus && now - spokenAt < 15000) return;
    spokenAt = now;
    spokenStatus = status;
    say("spoken", [data.sentence, data.notice || ""].join(" ").trim());
  }
  function show(isForced) {
    say("sentence", data.sentence);
    if (body.kind === "run") run(isForced); else list();
    ages();
    speak();
  }
  let heardAt = Date.now(), source = null;
  function connected(isConnected) {
    const banner = $("connection");
    if (isConnected) { banner.hidden = true; return; }
    if (banner.hidden) {
      banner.textContent = "The connection to the live view is lost. What you see is the last that came; it is tried again every few seconds. "
        + "If the live view has ended, start it again: rightrate live FOLDER. It gets a new address then.";
      banner.hidden = false;
    }
  }
  function connect() {
    source = new EventSource(body.events);
    source.onmessage = (event) => {
      heardAt = Date.now();
      connected(true);
      const news = JSON.parse(event.data);
      data = news.gone ? { ...data, ...news.gone } : news;
      show(false);
    };
    source.addEventListener("beat", () => { heardAt = Date.now(); connected(true); });
    source.onerror = () => {
      connected(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    };
  }
  setInterval(() => {
    ages();
    if (Date.now() - heardAt > 20000) connected(false);
  }, 1000);
  if (body.kind === "run") {
    new ResizeObserver(() => {
      const width = $("charts").clientWidth;
      if (width !== drawnWidth) { drawnWidth = width; charts(true); }
    }).observe($("charts"));
  }
  addEventListener("pagehide", () => { if (source) source.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  show(true);
  connect();
})();
