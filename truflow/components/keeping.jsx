import { useLayoutEffect } from "react";

const KEPT = ["name", "email", "phone"];
const DRAFT = "truflow.draft", GUEST = "truflow.guest";

function read(store, name) {
  try { return JSON.parse(store.getItem(name)) ?? {}; } catch { return {}; }
}

function write(store, name, value) {
  try { value ? store.setItem(name, JSON.stringify(value)) : store.removeItem(name); } catch { /* full, or forbidden */ }
}

// What was typed outlives a reload and a step back, in this tab only, until it is sent. What a guest asked us to
// remember by ticking the box stays in this browser until she unticks it. Neither ever reaches us before it is sent.
export function FormKeeper({ form, box, done }) {
  useLayoutEffect(() => {  // taken down before the page of a booking loads itself anew
    const fields = document.getElementById(form);
    if (!fields) return;
    const tick = fields.elements[box];
    const guest = read(localStorage, GUEST);
    const all = { ...guest, ...read(sessionStorage, DRAFT) };
    for (const [name, text] of Object.entries(all)) {
      const field = fields.elements[name];
      if (field && !field.value && typeof text === "string") field.value = text;
    }
    if (tick) tick.checked = KEPT.some((name) => guest[name]);
    const typed = (names) => Object.fromEntries(names.map((name) => [name, fields.elements[name]?.value ?? ""]));
    const onInput = () => write(sessionStorage, DRAFT, typed([...KEPT, "notes"]));
    const remember = () => tick && write(localStorage, GUEST, tick.checked ? typed(KEPT) : null);
    const onChange = (event) => event.target === tick && !tick.checked && remember();
    fields.addEventListener("input", onInput);
    fields.addEventListener("change", onChange);
    fields.addEventListener("submit", remember, true);
    return () => {
      fields.removeEventListener("input", onInput);
      fields.removeEventListener("change", onChange);
      fields.removeEventListener("submit", remember, true);
      if (location.pathname.includes(done)) write(sessionStorage, DRAFT, null);
    };
  }, [form, box, done]);
  return null;
}
