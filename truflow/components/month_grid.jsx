import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const iso = (date) => date.toISOString().slice(0, 10);
const plus = (date, days) => iso(new Date(Date.parse(date) + days * 864e5));

// The same day of another month, or its last one.
function inMonth(date, months) {
  const [year, month, day] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return iso(new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))));
}

function wanted(key, date) {
  if (key in STEPS) return plus(date, STEPS[key]);
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  if (key === "Home") return plus(date, -weekday);
  if (key === "End") return plus(date, 6 - weekday);
  if (key === "PageUp") return inMonth(date, -1);
  if (key === "PageDown") return inMonth(date, 1);
  return "";
}

// A month by the ARIA grid pattern: one stop for the tabulator, arrows from day to day, over the month's edges too.
export function MonthGrid({ weeks = [], selected = "", weekdays = [], labelledby, previous = "", next = "" }) {
  const navigate = useNavigate();
  const table = useRef(null);
  const [active, setActive] = useState("");
  const comes = useRef("");
  const cells = weeks.flatMap((week) => week.days).filter((day) => day.number);
  const has = (date) => cells.some((day) => day.date === date);
  const stop = [active, selected, (cells.find((day) => day.available) ?? cells[0])?.date].find(has);
  const month = cells[0]?.date ?? "";

  const focus = (date) => table.current?.querySelector(`[data-date="${date}"]`)?.focus();
  useEffect(() => {
    if (!comes.current || !has(comes.current)) return;
    const date = comes.current;
    comes.current = "";
    setActive(date);
    requestAnimationFrame(() => focus(date));
  }, [month]);

  const go = (link, replace) => link && navigate(link, { replace, preventScrollReset: true });
  const onKeyDown = (event) => {
    const date = event.target.closest?.("[data-date]")?.dataset.date;
    const to = date && !event.altKey && !event.ctrlKey && !event.metaKey ? wanted(event.key, date) : "";
    if (!to) return;
    event.preventDefault();
    if (has(to)) {
      setActive(to);
      focus(to);
      return;
    }
    const link = to < date ? previous : next;
    if (!link) return;
    comes.current = to;
    go(link, true);
  };
  const choose = (day) => {
    setActive(day.date);
    if (day.available) go(day.link, false);
  };
  return (
    <table ref={table} role="grid" className="month" aria-labelledby={labelledby} onKeyDown={onKeyDown}>
      <thead>
        <tr>
          {weekdays.map(([short, long]) => (
            <th key={long} scope="col" abbr={long}><span aria-hidden="true">{short}</span><span className="sr-only">{long}</span></th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week, row) => (
          <tr key={row}>
            {week.days.map((day, column) => (
              day.number ? (
                <td key={column} role="gridcell" aria-selected={day.date === selected}>
                  <button type="button" className="day" data-date={day.date} data-today={day.today || undefined}
                    tabIndex={day.date === stop ? 0 : -1} aria-disabled={!day.available} aria-label={day.label}
                    aria-current={day.today ? "date" : undefined} onClick={() => choose(day)}>
                    {day.number}
                  </button>
                </td>
              ) : <td key={column} role="gridcell" aria-disabled="true"><span className="day-out" /></td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
