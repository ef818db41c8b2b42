// The bank's question, in a frame over the page or as a page of its own.
"use strict";

const about = JSON.parse(decodeURIComponent(location.hash.slice(1) || "%7B%7D"));
const id = new URLSearchParams(location.search).get("payment_intent") ?? "";
const framed = window.parent !== window;
const buttons = [document.getElementById("yes"), document.getElementById("no")];
let answered = false;

const tell = (type) => framed && window.parent.postMessage({ sandbox: id, type }, about.parent === "null" ? "*" : about.parent);

async function ask(outcome) {
  const form = new URLSearchParams({ client_secret: about.secret, ...(outcome ? { outcome } : {}) });
  const answer = await fetch(`bank/${encodeURIComponent(id)}`, { method: "POST", body: form, credentials: "omit" });
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

async function answer(outcome) {
  if (answered) return;
  answered = true;
  for (const button of buttons) button.disabled = true;
  try {
    const { return_url: back, status } = await ask(outcome);
    if (framed) return tell("done");
    const url = new URL(back);
    url.searchParams.set("payment_intent", id);
    url.searchParams.set("payment_intent_client_secret", about.secret);
    url.searchParams.set("redirect_status", status === "succeeded" || status === "requires_capture" ? "succeeded" : "failed");
    location.replace(url);
  } catch {
    answered = false;
    for (const button of buttons) button.disabled = false;
    document.getElementById("error").textContent = "The bank could not be reached. Please try again.";
  }
}

async function introduce() {
  try {
    const { amount, currency, last4 } = await ask();
    const money = new Intl.NumberFormat("en", { style: "currency", currency });
    const digits = money.resolvedOptions().maximumFractionDigits;
    document.getElementById("amount").textContent = money.format(amount / 10 ** digits);
    document.getElementById("card").textContent = `•••• ${last4}`;
  } catch {
    document.querySelector(".facts").hidden = true;
  }
}

buttons[0].addEventListener("click", () => answer("success"));
buttons[1].addEventListener("click", () => answer("failure"));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") answer("failure");
  if (event.key !== "Tab") return;
  event.preventDefault(); // two buttons, round and round
  buttons[document.activeElement === buttons[0] ? 1 : 0].focus();
});

addEventListener("message", ({ source, origin, data }) => {
  if (source !== window.parent || (about.parent !== "null" && origin !== about.parent) || data?.sandbox !== id) return;
  if (data.type === "giveUp") answer("failure");
});

document.body.toggleAttribute("data-alone", !framed);
introduce();
tell("ready");
addEventListener("focus", () => document.activeElement === document.body && buttons[0].focus());
buttons[0].focus();
