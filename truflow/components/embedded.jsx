// The page inside a frame on the practice's own site: tells its height and what happens, and nothing about who it is.
const tell = (type, more = {}) => window.parent.postMessage({ type: `truflow:${type}`, ...more }, "*");

let started = false, before = "";

function start() {
  started = true;
  document.documentElement.dataset.embedded = "";
  const measure = () => tell("height", { height: document.body.getBoundingClientRect().height });
  new ResizeObserver(measure).observe(document.body);
  measure();
  tell("ready");
}

export function follow(pathname, search) {
  if (!started) start();
  const service = /\/book\/([^/]+)/.exec(pathname)?.[1] ?? "";
  const query = new URLSearchParams(search);
  const step = `${service} ${query.get("time") ? "details" : query.get("date") ? "time" : "day"}`;
  if (step === before) return;
  if (service && !before.startsWith(`${service} `)) tell("service", { service });
  if (service && query.get("time")) tell("time", { service });
  if (before) tell("top");
  before = step;
}

// A booking's page is shown in a window of its own: there, nobody else draws over the button that pays.
export function leave(href) {
  tell("booked", { service: before.split(" ")[0] });
  window.top.location.href = href;
}
