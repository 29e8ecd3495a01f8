"use strict";
(() => {
  const data = JSON.parse(document.getElementById("lesson").textContent);
  document.documentElement.classList.add("live");
  const all = (holder, selector) => Array.from(holder.querySelectorAll(selector));

  // One place is read out, and only once a reader has come to rest: a slider passes many values.
  const status = document.getElementById("status");
  let waiting = 0;
  const read = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { status.textContent = text; }, 700);
  };

  // As the page's own texts: no line break inside 3e-4 or before a percent sign.
  const write = (element, text) => {
    const parts = text.split(/(\b\d+(?:\.\d+)?(?:e-\d+\b| %))/);
    element.replaceChildren(...parts.map((part, place) => {
      if (place % 2 === 0) return part;
      const whole = document.createElement("span");
      whole.className = "whole";
      whole.textContent = part;
      return whole;
    }));
  };

  const show = (holder, view) => {
    for (const element of all(holder, "[data-set]").concat(holder.matches("[data-set]") ? [holder] : [])) {
      for (const pair of element.dataset.set.split(" ")) {
        const cut = pair.lastIndexOf(":");
        const where = pair.slice(0, cut), value = view[pair.slice(cut + 1)];
        if (value === undefined) continue;
        if (where === "text") write(element, value);
        else if (where === "off") element.classList.toggle("off", value === "yes");
        else element.setAttribute(where, value);
      }
    }
  };
  const says = (view) => [view.rate && `Rate ${view.rate}:`, view.cause, view.band && `Band ${view.band}.`,
    view.precision && `Precision ${view.precision}, recall ${view.recall}.`].filter(Boolean).join(" ");

  for (const [name, sweep] of Object.entries(data.sweeps)) {
    const holders = all(document, `[data-sweep="${name}"]`);
    const state = { rate: sweep.start.rate, seed: sweep.start.seed, point: Infinity };
    const redraw = (speaks) => {
      const record = sweep.records[state.seed][state.rate];
      const last = record.points.length - 1, at = Math.min(state.point, last);
      const view = { ...sweep.seeds[state.seed], ...record.view, ...record.points[at] };
      for (const holder of holders) {
        show(holder, view);
        for (const input of all(holder, "[data-pick]")) {
          const kind = input.dataset.pick;
          if (kind === "seed") input.checked = Number(input.value) === state.seed;
          if (kind === "rate") input.value = state.rate;
          if (kind === "point") {
            input.max = last;
            input.value = at;
            input.setAttribute("aria-valuetext", `epoch ${view.epoch}`);
          }
        }
      }
      if (speaks) read(says(view));
    };
    for (const input of holders.flatMap((holder) => all(holder, "[data-pick]"))) {
      input.addEventListener("input", () => {
        state[input.dataset.pick] = Number(input.value);
        if (input.dataset.pick === "point" && input.value === input.max) state.point = Infinity;
        redraw(true);
      });
    }
    redraw(false);
  }

  for (const holder of all(document, "[data-views]")) {
    const views = data.views[holder.dataset.views];
    for (const input of all(holder, "[data-pick=view]")) {
      const pick = (speaks) => {
        const view = views[Number(input.value)];
        show(holder, view);
        if (speaks) read([view.lesson || view.label, says(view), view.outcome].filter(Boolean).join(" "));
      };
      input.addEventListener("input", () => pick(true));
      if (input.type === "range" || input.checked) pick(false);
    }
    // On paper all curves of the first step are there, and so is what is said of all.
    if (holder.dataset.views === "watch") window.addEventListener("beforeprint", () => show(holder, views[views.length - 1]));
  }

  const press = (buttons, pressed) => buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === pressed)));
  const mark = (place, isRight, text) => {
    write(place, text);
    place.dataset.tone = isRight ? "good" : "bad";
    read(text);
  };

  let sorted = 0;
  for (const card of all(document, "[data-sort]")) {
    const truth = data.sorting[Number(card.dataset.sort)], buttons = all(card, "button");
    let isFirst = true;
    for (const button of buttons) {
      button.addEventListener("click", () => {
        const isRight = button.value === truth.band;
        press(buttons, button);
        mark(card.querySelector(".result"), isRight, isRight ? `Right. ${truth.why}` : `Not ${button.value}: it is ${truth.band}. ${truth.why}`);
        if (isFirst && isRight) document.getElementById("sort-score").textContent = String(++sorted);
        isFirst = false;
      });
    }
  }

  const answer = document.getElementById("trap-answer"), guesses = all(document, "[data-guess]");
  answer.hidden = true;
  for (const button of guesses) {
    button.addEventListener("click", () => {
      press(guesses, button);
      answer.hidden = false;
      const start = button.dataset.guess === "not" ? "Right. " : "Not so. ";
      mark(document.getElementById("trap-said"), button.dataset.guess === "not", start + data.trap);
    });
  }

  let right = 0, done = 0;
  for (const question of all(document, "[data-question]")) {
    const truth = data.quiz[Number(question.dataset.question)], place = question.querySelector(".result");
    let isFirst = true;
    question.querySelector("button").addEventListener("click", () => {
      const picked = question.querySelector("input:checked");
      if (!picked) {
        place.dataset.tone = "open";
        place.textContent = "Choose an answer first.";
        return read(place.textContent);
      }
      const isRight = Number(picked.value) === truth.right;
      if (isFirst) {
        document.getElementById("quiz-done").textContent = String(++done);
        if (isRight) document.getElementById("quiz-score").textContent = String(++right);
      }
      isFirst = false;
      mark(place, isRight, isRight ? `Right. ${truth.why}` : `Not so: ${truth.answer}. ${truth.why}`);
    });
  }
})();
