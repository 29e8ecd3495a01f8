"use strict";
// Draws the charts: each when it comes near the screen, since a page may have many. Print shows their pictures.
(() => {
  const root = document.documentElement;
  root.classList.add("live");
  const specs = JSON.parse(document.getElementById("specs").textContent);
  // ast: expressions are interpreted, because the page's policy forbids code made from text.
  const options = { mode: "vega-lite", actions: false, renderer: "svg", ast: true, tooltip: { disableDefaultStyle: true } };
  const waiting = new Set(document.querySelectorAll("[data-chart]"));
  let failed = false;
  const finish = (holder) => {
    waiting.delete(holder);
    holder.removeAttribute("data-waiting");
    if (!waiting.size) root.dataset.charts = failed ? "failed" : "drawn";
  };
  const draw = (holder) =>
    vegaEmbed(holder.querySelector(".drawn"), specs[holder.dataset.chart], options).then(
      (result) => { holder.view = result.view; finish(holder); },
      (error) => { failed = true; holder.dataset.failed = ""; console.error(error); finish(holder); },
    );
  const seen = (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      observer.unobserve(entry.target);
      draw(entry.target);
    }
  };
  const observer = new IntersectionObserver(seen, { rootMargin: "50% 0px" });
  for (const holder of waiting) observer.observe(holder);
})();
