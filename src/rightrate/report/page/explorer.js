"use strict";
// The slider over thresholds: counts that were taken beforehand, and what follows from them.
(() => {
  // Pure: from counts to figures. A share of nothing is null, never 0.
  const share = (part, whole) => (whole > 0 ? part / whole : null);
  const figures = ({ tp, fp, fn, tn }, { prevalence, missed, alarm, items }) => {
    const rows = tp + fp + fn + tn;
    const recall = share(tp, tp + fn), falseRate = share(fp, fp + tn);
    const moved = prevalence !== null && recall !== null && falseRate !== null;
    const alarms = moved ? prevalence * recall + (1 - prevalence) * falseRate : share(tp + fp, rows);
    const missedShare = moved ? prevalence * (1 - recall) : share(fn, rows);
    const falseShare = moved ? (1 - prevalence) * falseRate : share(fp, rows);
    return {
      precision: share(tp, tp + fp),
      recall,
      f1: share(2 * tp, 2 * tp + fp + fn),
      there: moved ? share(prevalence * recall, alarms) : null,
      alarms,
      daily: alarms === null ? null : alarms * items,
      cost: missedShare === null ? null : (missedShare * missed + falseShare * alarm) * items,
    };
  };
  const at = (data, place) => ({ tp: data.tp[place], fp: data.fp[place], fn: data.fn[place], tn: data.tn[place] });
  const nearest = (thresholds, wanted) =>
    thresholds.reduce((best, one, place) => (Math.abs(one - wanted) < Math.abs(thresholds[best] - wanted) ? place : best), 0);
  const cheapest = (data, asked) => {
    const costs = data.threshold.map((_, place) => figures(at(data, place), asked).cost);
    return costs.reduce((best, cost, place) => (cost !== null && cost < costs[best] ? place : best), 0);
  };

  // Pure: how numbers are written, as everywhere else on the page.
  const none = "not measured";
  const percent = (value) => {
    if (value === null) return none;
    if (value >= 0.9995 && value < 1) return "above 99.9 %";
    if (value > 0 && value < 0.0005) return "below 0.1 %";
    return `${(100 * value).toFixed(1).replace(/\.0$/, "")} %`;
  };
  const number = (value) => (value === null ? none : Number(value.toPrecision(4)).toLocaleString("en-US", { maximumSignificantDigits: 4 }));
  const count = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

  const root = document.getElementById("explorer");
  const data = JSON.parse(root.querySelector("[data-counts]").textContent);
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const slider = part("slider"), field = part("field"), status = part("status");
  const positiveNumber = (input) => (input.value !== "" && Number(input.value) >= 0 ? Number(input.value) : 0);
  const asked = () => ({
    prevalence: data.prevalence,
    missed: positiveNumber(part("missed")),
    alarm: positiveNumber(part("alarm")),
    items: positiveNumber(part("items")),
  });
  let waiting = 0;
  const show = (place, typed) => {
    const counts = at(data, place), found = figures(counts, asked()), threshold = data.threshold[place];
    for (const [name, value] of Object.entries(counts)) part(name).textContent = count(value);
    for (const name of ["precision", "recall", "f1", "alarms", "there"]) {
      if (part(name)) part(name).textContent = percent(found[name]);
    }
    part("daily").textContent = number(found.daily);
    part("cost").textContent = number(found.cost);
    const said = `Threshold ${number(threshold)}: precision ${percent(found.precision)}, recall ${percent(found.recall)}`;
    slider.value = place;
    slider.setAttribute("aria-valuetext", said);
    if (!typed) field.value = String(Number(threshold.toPrecision(6)));
    part("at").textContent = number(threshold);
    for (const button of root.querySelectorAll("[data-go]")) button.setAttribute("aria-pressed", String(Number(button.dataset.go) === place));
    // Read out once a reader has come to rest: a slider passes many values.
    clearTimeout(waiting);
    waiting = setTimeout(() => { status.textContent = `${said}, ${number(found.daily)} alarms a day, cost ${number(found.cost)} a day.`; }, 500);
  };
  const here = () => Number(slider.value);
  slider.addEventListener("input", () => show(here()));
  field.addEventListener("input", () => { if (field.value !== "" && Number.isFinite(Number(field.value))) show(nearest(data.threshold, Number(field.value)), true); });
  field.addEventListener("change", () => show(here()));
  for (const name of ["missed", "alarm", "items"]) part(name).addEventListener("input", () => show(here()));
  for (const button of root.querySelectorAll("[data-go]")) button.addEventListener("click", () => show(Number(button.dataset.go)));
  part("cheapest").addEventListener("click", () => show(cheapest(data, asked())));
  document.documentElement.classList.add("live");
  show(data.start);
  clearTimeout(waiting);
})();
