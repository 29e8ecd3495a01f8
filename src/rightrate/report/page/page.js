"use strict";
(() => {
  const specs = JSON.parse(document.getElementById("specs").textContent);
  // ast: expressions are interpreted, because the page's policy forbids code made from text.
  const options = { mode: "vega-lite", actions: false, renderer: "svg", ast: true, tooltip: { disableDefaultStyle: true } };
  const draw = (holder) =>
    vegaEmbed(holder, specs[holder.dataset.chart], options).then((result) => {
      holder.removeAttribute("data-waiting");
      return result;
    });
  Promise.all(Array.from(document.querySelectorAll("[data-chart]"), draw)).then(
    () => { document.documentElement.dataset.charts = "drawn"; },
    (error) => { document.documentElement.dataset.charts = "failed"; console.error(error); },
  );
})();
