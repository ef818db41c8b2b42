import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { MonthGrid } from "./month_grid.jsx";

// A page that a token opened keeps the token in its address, from step to step, and nowhere else.
function useToken() {
  return new URLSearchParams(useLocation().search).get("t") ?? "";
}

function useKeep() {
  const token = useToken();
  return (to) => (to?.startsWith("?") ? `${to}${to.length > 1 ? "&" : ""}t=${encodeURIComponent(token)}` : to);
}

export function StepButton({ to, replace = false, children, ...rest }) {
  const navigate = useNavigate();
  const keep = useKeep();
  return (
    <button type="button" onClick={() => navigate(keep(to), { replace, preventScrollReset: true })} {...rest}>
      {children}
    </button>
  );
}

export function TokenMonth({ weeks = [], previous = "", next = "", ...rest }) {
  const keep = useKeep();
  const days = (week) => week.days.map((day) => ({ ...day, link: day.link && keep(day.link) }));
  return <MonthGrid weeks={weeks.map((week) => ({ ...week, days: days(week) }))} previous={keep(previous)} next={keep(next)} {...rest} />;
}

// A question before something that cannot be taken back; the way out has the focus.
export function ConfirmDialog({ label, title, yes, no, busy = false, tone = "", onYes, children }) {
  const dialog = useRef(null), wayOut = useRef(null);
  const open = () => { dialog.current?.showModal(); wayOut.current?.focus(); };
  return (
    <>
      <button type="button" className={`button ${tone}`} aria-haspopup="dialog" onClick={open}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby="question" onClick={(event) => event.target === dialog.current && dialog.current.close()}
        className="m-auto w-[min(30rem,calc(100vw-2rem))] rounded-3xl bg-card p-0 text-ink backdrop:bg-black/45">
        <div className="stack p-6 sm:p-8">
          <h2 id="question">{title}</h2>
          {children}
          <div className="flex flex-wrap gap-3 pt-2">
            <button type="button" className="button" disabled={busy} onClick={() => onYes?.()}>{yes}</button>
            <button type="button" className="button button-quiet" ref={wayOut} onClick={() => dialog.current?.close()}>{no}</button>
          </div>
        </div>
      </dialog>
    </>
  );
}

// The guest's own address, asked of the API with the page's token: it is shown and kept nowhere.
export function MailAddress({ booking, lead }) {
  const token = useToken();
  const [email, setEmail] = useState("");
  useEffect(() => {
    if (!booking || !token) return;
    const stop = new AbortController();
    fetch(`/api/bookings/${booking}`, { headers: { Authorization: `Bearer ${token}` }, signal: stop.signal })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((found) => setEmail(found?.booking?.customer?.email ?? ""))
      .catch(() => { /* the page says the rest without it */ });
    return () => stop.abort();
  }, [booking, token]);
  return <p className="min-h-6 wrap-anywhere">{email && <>{lead} <strong>{email}</strong></>}</p>;
}

// When the live page does not come: the same booking as a plain page, with the address's own token.
export function PlainWay({ after, text, action }) {
  const { pathname } = useLocation();
  const token = useToken();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), after * 1000);
    return () => clearTimeout(timer);
  }, [after]);
  const reference = pathname.replace(/\/$/, "").split("/").pop();
  if (!late || !token || !/\/booking\//.test(pathname)) return null;
  return (
    <p className="mt-6">
      {text} <a href={`/plain/booking/${encodeURIComponent(reference)}?t=${encodeURIComponent(token)}`}>{action}</a>
    </p>
  );
}
