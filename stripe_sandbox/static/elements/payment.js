// The card form's own frame: formats, checks, and trades the card for a token. The page outside sees only the token.
"use strict";

const { id, parent: host } = JSON.parse(decodeURIComponent(location.hash.slice(1) || "%7B%7D"));
const form = document.getElementById("card");
const inputs = Object.fromEntries(["number", "expiry", "cvc"].map((name) => [name, document.getElementById(name)]));
const api = new URL("../v1", location.href).href;
let key = "";
let told = "";

const BRANDS = [
  ["amex", /^3[47]/, [15], [4, 6, 5]],
  ["mastercard", /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, [16], [4, 4, 4, 4]],
  ["discover", /^(6011|65)/, [16], [4, 4, 4, 4]],
  ["visa", /^4/, [16], [4, 4, 4, 4]],
];
const OTHER = ["unknown", /./, [14, 15, 16, 17, 18, 19], [4, 4, 4, 4, 3]];
const SHAPES = {
  visa: [["text", { x: 16, y: 15.4, "text-anchor": "middle", "font-size": 9.5, "font-weight": 800, "font-style": "italic", fill: "#1a1f71", "font-family": "Arial, sans-serif" }, "VISA"]],
  mastercard: [["circle", { cx: 12.5, cy: 12, r: 6, fill: "#eb001b" }], ["circle", { cx: 19.5, cy: 12, r: 6, fill: "#f79e1b" }], ["path", { d: "M16 7.1a6 6 0 0 1 0 9.8 6 6 0 0 1 0-9.8z", fill: "#ff5f00" }]],
  amex: [["text", { x: 16, y: 15, "text-anchor": "middle", "font-size": 7.5, "font-weight": 800, fill: "#006fcf", "font-family": "Arial, sans-serif" }, "AMEX"]],
  discover: [["circle", { cx: 16, cy: 12, r: 5, fill: "#f47216" }]],
  unknown: [["path", { d: "M1 7h30v4H1z", fill: "currentColor" }], ["path", { d: "M5 16h8", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" }]],
};

const digitsOf = (text) => text.replace(/\D/g, "");
const brandOf = (digits) => BRANDS.find(([, begins]) => begins.test(digits)) ?? OTHER;

function luhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = place % 2 ? digit * 2 : +digit;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

// ---- what each field wants to say ----

const checks = {
  number() {
    const digits = digitsOf(inputs.number.value);
    const lengths = brandOf(digits)[2];
    if (digits.length < lengths[0]) return ["incomplete_number", "Your card number is incomplete."];
    if (!lengths.includes(digits.length) || !luhn(digits)) return ["invalid_number", "Your card number is invalid."];
  },
  expiry() {
    const digits = digitsOf(inputs.expiry.value);
    if (digits.length < 4) return ["incomplete_expiry", "Your card's expiration date is incomplete."];
    const [month, year] = [+digits.slice(0, 2), 2000 + +digits.slice(2, 4)];
    const now = new Date();
    if (month < 1 || month > 12) return ["invalid_expiry_month", "Your card's expiration month is invalid."];
    if (year * 12 + month < now.getFullYear() * 12 + now.getMonth() + 1)
      return ["invalid_expiry_year_past", "Your card's expiration date is in the past."];
  },
  cvc() {
    const wanted = brandOf(digitsOf(inputs.number.value))[0] === "amex" ? [3, 4] : [3];
    if (!wanted.includes(digitsOf(inputs.cvc.value).length)) return ["incomplete_cvc", "Your card's security code is incomplete."];
  },
};

function show(name, message) {
  inputs[name].setAttribute("aria-invalid", String(Boolean(message)));
  const line = document.getElementById(`${name}-error`);
  if (line.textContent !== (message ?? "")) line.textContent = message ?? "";
}

function validate() {
  const wrong = Object.keys(checks).map((name) => [name, checks[name]()]);
  for (const [name, trouble] of wrong) show(name, trouble?.[1]);
  const first = wrong.find(([, trouble]) => trouble);
  if (!first) return {};
  inputs[first[0]].focus();
  return { error: { type: "validation_error", code: first[1][0], message: first[1][1] } };
}

// ---- formatting while typing ----

function grouped(digits) {
  const [, , lengths, groups] = brandOf(digits);
  let rest = digits.slice(0, lengths.at(-1));
  const parts = [];
  for (const size of groups) {
    if (!rest) break;
    parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(" ");
}

function dated(text, deleting) {
  const long = /^\s*(\d{1,2})\s*[/\-.]\s*(?:20)?(\d{2})\s*$/.exec(text);
  let digits = long ? long[1].padStart(2, "0") + long[2] : digitsOf(text);
  if (/^\d{6}$/.test(digits) && digits.slice(2, 4) === "20") digits = digits.slice(0, 2) + digits.slice(4);
  if (/^[2-9]/.test(digits)) digits = `0${digits}`;
  digits = digits.slice(0, 4);
  if (digits.length < 2 || (digits.length === 2 && deleting)) return digits;
  return `${digits.slice(0, 2)} / ${digits.slice(2)}`;
}

function rewrite(input, text) {
  if (input.value === text) return;
  const before = digitsOf(input.value.slice(0, input.selectionStart)).length;
  const atEnd = input.selectionStart === input.value.length;
  input.value = text;
  let place = 0;
  for (let seen = 0; seen < before && place < text.length; place += 1) if (/\d/.test(text[place])) seen += 1;
  if (document.activeElement === input) input.setSelectionRange(atEnd ? text.length : place, atEnd ? text.length : place);
}

form.addEventListener("input", (event) => {
  const name = event.target.id;
  const deleting = event.inputType?.startsWith("delete");
  if (name === "number") rewrite(inputs.number, grouped(digitsOf(inputs.number.value)));
  if (name === "expiry") rewrite(inputs.expiry, dated(inputs.expiry.value, deleting));
  if (name === "cvc") rewrite(inputs.cvc, digitsOf(inputs.cvc.value).slice(0, 4));
  if (name === "number") drawBrand();
  show(name, undefined);
  const full = name === "number" && !checks.number() && digitsOf(inputs.number.value).length >= brandOf(digitsOf(inputs.number.value))[2].at(-1);
  const next = full ? inputs.expiry : name === "expiry" && !checks.expiry() ? inputs.cvc : null;
  if (next && !deleting && !next.value && document.activeElement === event.target) next.focus();
  tellChange();
});

form.addEventListener("keydown", (event) => {
  const previous = { expiry: "number", cvc: "expiry" }[event.target.id];
  if (event.key === "Backspace" && event.target.value === "" && previous) {
    event.preventDefault();
    inputs[previous].focus();
  }
  if (event.key === "Escape") tell("escape");
  if (event.key === "Enter") {
    event.preventDefault();
    tell("enter");
  }
});

form.addEventListener("submit", (event) => event.preventDefault());

form.addEventListener("focusout", (event) => {
  const { id: name, value } = event.target;
  if (value) show(name, checks[name]()?.[1]);
  if (!event.relatedTarget) tell("blur");
});

form.addEventListener("focusin", (event) => {
  if (!event.relatedTarget) tell("focus");
});

function drawBrand() {
  const name = brandOf(digitsOf(inputs.number.value))[0];
  const place = document.getElementById("brand");
  if (place.dataset.brand === name) return;
  place.dataset.brand = name;
  const draw = (tag, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
    if (text) node.textContent = text;
    return node;
  };
  const card = draw("svg", { viewBox: "0 0 32 24", width: 32, height: 24 });
  const ground = name === "unknown" ? { fill: "none", stroke: "currentColor" } : { fill: "#fff", stroke: "#dfe4e0" };
  card.append(draw("rect", { x: 0.5, y: 1.5, width: 31, height: 21, rx: 3.5, ...ground }));
  card.append(...SHAPES[name].map((shape) => draw(...shape)));
  place.replaceChildren(card);
}

// ---- talking to the page outside ----

const tell = (type, payload, call) => window.parent.postMessage({ sandbox: id, type, payload, call }, host === "null" ? "*" : host);

function tellChange() {
  const complete = Object.values(checks).every((check) => !check());
  const empty = Object.values(inputs).every((input) => !input.value);
  const state = JSON.stringify([complete, empty, inputs.number.value, inputs.expiry.value, inputs.cvc.value].map(Boolean)) + complete;
  const payload = { complete, empty, collapsed: false, value: { type: "card" } };
  if (state !== told || !complete) tell("change", payload);
  told = state;
}

function flat(params, inside = "") {
  return Object.entries(params).flatMap(([name, value]) => {
    const full = inside ? `${inside}[${name}]` : name;
    if (value === undefined || value === null || value === "") return [];
    return typeof value === "object" ? flat(value, full) : [[full, String(value)]];
  });
}

async function token({ billing_details: billing, ...params }) {
  const checked = validate();
  if (checked.error) return checked;
  const date = digitsOf(inputs.expiry.value);
  const card = { number: digitsOf(inputs.number.value), exp_month: date.slice(0, 2), exp_year: date.slice(2), cvc: inputs.cvc.value };
  const asked = { ...params, payment_method_data: { type: "card", card, billing_details: billing } };
  try {
    const answer = await fetch(`${api}/confirmation_tokens`, {
      method: "POST",
      headers: { Authorization: `Bearer ${key}` },
      body: new URLSearchParams(flat(asked)),
      credentials: "omit",
    });
    const body = await answer.json();
    if (answer.ok) return { token: body };
    const field = { number: "number", exp_month: "expiry", exp_year: "expiry", cvc: "cvc" }[body.error.param];
    if (field) show(field, body.error.message);
    return { error: body.error };
  } catch {
    const message = "We could not reach the payment service. Check your connection and try again.";
    return { error: { type: "api_connection_error", message } };
  }
}

const NAMES = [
  "colorPrimary", "colorBackground", "colorText", "colorTextSecondary", "colorTextPlaceholder", "colorDanger",
  "colorBorder", "fontFamily", "fontSizeBase", "borderRadius", "spacingUnit",
];

function dress({ theme, variables = {} }) {
  const root = document.documentElement;
  root.dataset.theme = theme === "night" ? "night" : "day";
  for (const name of NAMES) {
    if (typeof variables[name] === "string") root.style.setProperty(`--${name}`, variables[name]);
    else root.style.removeProperty(`--${name}`);
  }
}

const orders = {
  setup(message) {
    key = message.key;
  },
  look({ appearance, options }) {
    dress(appearance);
    form.toggleAttribute("inert", Boolean(options.readOnly));
    if (document.documentElement.dataset.ready) return;
    document.documentElement.dataset.ready = "yes";
    requestAnimationFrame(() => {
      measure();
      tell("ready");
    });
  },
  focus: () => (Object.values(inputs).find((input) => !input.value) ?? inputs.number).focus(),
  blur: () => document.activeElement?.blur(),
  clear() {
    form.reset();
    for (const name of Object.keys(inputs)) show(name, undefined);
    drawBrand();
    tellChange();
  },
  validate: async ({ call }) => tell("answer", validate(), call),
  token: async ({ call, params }) => tell("answer", await token(params), call),
};

addEventListener("message", ({ source, origin, data }) => {
  if (source !== window.parent || (host !== "null" && origin !== host) || data?.sandbox !== id) return;
  orders[data.type]?.(data);
});

const measure = () => tell("size", { height: Math.ceil(form.getBoundingClientRect().height) + 8 });

new ResizeObserver(measure).observe(form);
drawBrand();
tell("loaded");
