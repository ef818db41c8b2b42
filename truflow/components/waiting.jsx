import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useLocation } from "react-router";

const SLOT = "truflow.held";
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// Counts the hold down by the seconds the server gave, so that a wrong clock of the visitor does no harm.
export function HoldClock({ until, seconds, label, leftWord, minutesText, minuteText, onOver }) {
  const [left, setLeft] = useState(seconds);
  const [said, setSaid] = useState("");
  const call = useRef(onOver);
  call.current = onOver;
  useEffect(() => {
    if (!until) return;
    const end = Date.now() + seconds * 1000;
    let over = false;
    const tick = () => {
      const now = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      setLeft(now);
      if (now > 0 && now % 60 === 0) setSaid(now === 60 ? minuteText : minutesText.replace("{count}", now / 60));
      if (now === 0 && !over) { over = true; call.current?.(); }
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [until, seconds]);
  if (!until) return null;
  return (
    <p className="hold" data-soon={left < 120 || undefined}>
      <span>{label}</span>
      <span aria-hidden="true" className="hold-left">{clock(left)} {leftWord}</span>
      <span className="sr-only" role="status" aria-live="polite">{said}</span>
    </p>
  );
}

// Remembers in this tab that a time is held, for a visitor who goes back to look around.
export function HeldNote({ state, label, seconds }) {
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (!state || state === "loading") return;
    if (state !== "PENDING") return sessionStorage.removeItem(SLOT);
    sessionStorage.setItem(SLOT, JSON.stringify({ to: pathname + search, label, until: Date.now() + seconds * 1000 }));
  }, [state, label, seconds, pathname, search]);
  return null;
}

export function HeldBar({ text, action }) {
  const [held, setHeld] = useState(null);
  useEffect(() => {
    let note = null;
    try { note = JSON.parse(sessionStorage.getItem(SLOT)); } catch { /* not ours */ }
    const ms = (note?.until ?? 0) - Date.now();
    if (ms <= 0 || !/^(\/[a-z]{2})?\/booking\//.test(note.to ?? "")) return;
    setHeld(note);
    const timer = setTimeout(() => setHeld(null), ms);
    return () => clearTimeout(timer);
  }, []);
  if (!held) return null;
  return (
    <div className="held" role="region" aria-label={action}>
      <p>{text.replace("{until}", held.label)}</p>
      <a className="button button-small" href={held.to}>{action}</a>
    </div>
  );
}

// Asks again every few seconds while something is under way, never for ever, never in a hidden tab.
export function Ticker({ active, every, limit, onTick }) {
  const call = useRef(onTick);
  call.current = onTick;
  useEffect(() => {
    if (!active) return;
    let count = 0;
    const timer = setInterval(() => {
      if (document.hidden) return;
      if (limit && ++count > limit) return clearInterval(timer);
      call.current?.();
    }, every * 1000);
    return () => clearInterval(timer);
  }, [active, every, limit]);
  return null;
}

// A visitor whose clock goes otherwise than the practice's is told so. The name of her zone costs a slow phone a tenth
// of a second, so it is asked for only then, and when nothing else is to be done.
export function VisitorZone({ known, clock = [], onZone }) {
  const call = useRef(onZone);
  call.current = onZone;
  useEffect(() => {
    if (clock.every(([at, minutes]) => new Date(at).getTimezoneOffset() === -minutes)) return;
    const say = () => {
      let zone = "";
      try { zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? ""; } catch { /* an old browser */ }
      if (zone && zone !== known) call.current?.(zone);
    };
    const [later, never] = window.requestIdleCallback ? [requestIdleCallback, cancelIdleCallback] : [setTimeout, clearTimeout];
    const waiting = later(say);
    return () => never(waiting);
  }, [known, clock]);
  return null;
}

const WIDE = "(min-width: 64rem)";  // as in look.css
const isWide = () => matchMedia(WIDE).matches;
const heard = (tell) => {
  const screen = matchMedia(WIDE);
  screen.addEventListener("change", tell);
  return () => screen.removeEventListener("change", tell);
};

// What stands beside something else on a desk, and alone on a phone: there it is not drawn before its turn has come.
export function BesideOnADesk({ turn, children }) {
  const wide = useSyncExternalStore(heard, isWide, () => true);
  return wide || turn ? children : null;
}

// Drawn when its turn first comes, and from then on there, with whatever was typed in it.
export function FromItsTurn({ turn, children }) {
  const [came, setCame] = useState(turn);
  if (turn && !came) setCame(true);
  return came ? children : null;
}

// One random key for each time that is chosen: pressing twice makes one booking.
export function KeyField({ name, slot }) {
  const [key, setKey] = useState("");
  useEffect(() => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    setKey("web-" + Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(""));
  }, [slot]);
  return <input type="hidden" name={name} value={key} readOnly />;
}
