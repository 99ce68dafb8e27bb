// Shows what the stand-in sends: its markup is escaped there.
"use strict";

const main = document.getElementById("content");
const live = document.getElementById("live");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

function say(state) {
  live.textContent = state;
  live.className = state.replace(" ", "-");
}

// Cards that stay as they are keep their element, so that a selection in them stays too.
function show(markup) {
  const fresh = document.createElement("template");
  fresh.innerHTML = markup;
  const changed = [];
  for (const card of fresh.content.querySelectorAll(".card")) {
    const old = document.getElementById(card.id);
    if (old !== null && old.isEqualNode(card)) {
      card.replaceWith(old);
    } else {
      changed.push(card);
    }
  }
  main.replaceChildren(fresh.content);
  return changed;
}

function highlight(cards) {
  if (still.matches) {
    return;
  }
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--fresh");
  for (const card of cards) {
    card.animate({ backgroundColor: [colour, "transparent"] }, 2500);
  }
}

const events = new EventSource("/events");
let first = true;
events.onopen = () => say("live");
events.onerror = () => say("not live");
events.onmessage = (event) => {
  const changed = show(JSON.parse(event.data));
  if (!first) {
    highlight(changed);
  }
  first = false;
};
