import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";

// A step of the same page: the address changes, the page stays where it is.
export function GoButton({ to, replace = false, children, ...rest }) {
  const navigate = useNavigate();
  return (
    <button type="button" onClick={() => navigate(to, { replace, preventScrollReset: true })} {...rest}>
      {children}
    </button>
  );
}

export function GoLink({ to, children, ...rest }) {
  return <Link to={to} {...rest}>{children}</Link>;
}

// On the practice's own site we stand in a frame; what that needs is fetched only there.
const framed = typeof window !== "undefined" && window.parent !== window;
const withHost = (then) => import("./embedded.jsx").then(then);

// The edge writes a service's title into the page it serves; beside React's own it would stay for ever.
function dropServedTitle() {
  const ours = (node) => Object.keys(node).some((key) => key.startsWith("__react"));
  const titles = [...document.querySelectorAll("head > title")];
  if (titles.some(ours)) titles.filter((node) => !ours(node)).forEach((node) => node.remove());
}

// A new page begins at its heading, and screen readers hear its title.
export function RouteAnnouncer() {
  const { pathname, search } = useLocation();
  const before = useRef(pathname);
  useEffect(() => { if (framed && !pathname.includes("/booking/")) withHost(({ follow }) => follow(pathname, search)); }, [pathname, search]);
  const [title, setTitle] = useState("");
  useEffect(dropServedTitle, []);
  useEffect(() => { document.documentElement.lang = /^\/(es|de|fr)(\/|$)/.exec(pathname)?.[1] ?? "en"; }, [pathname]);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    // What the page shows first may make way for what it loaded, heading and all; the focus follows until somebody acts.
    let ticks = 0;
    const end = () => clearInterval(timer);
    const timer = setInterval(() => {
      if (ticks++ > 40) return end();
      if (ticks > 1 && document.activeElement !== document.body) return;
      (document.querySelector("main h1") ?? document.getElementById("main"))?.focus({ preventScroll: true });
      setTitle(document.title);
    }, 80);
    addEventListener("keydown", end, { once: true });
    addEventListener("pointerdown", end, { once: true });
    return () => { end(); removeEventListener("keydown", end); removeEventListener("pointerdown", end); };
  }, [pathname]);
  return <div className="sr-only" role="status" aria-live="polite">{title}</div>;
}

const TONGUES = [["en", "English"], ["es", "Español"], ["de", "Deutsch"], ["fr", "Français"]];

// The same page in another language, loaded anew; what its address says of day and time comes along.
export function LanguageChooser({ label, spoken }) {
  const { pathname, search } = useLocation();
  const page = spoken === "en" ? pathname : pathname.slice(3) || "/";
  const [query, setQuery] = useState("");
  useEffect(() => setQuery(search), [search]);
  return (
    <nav className="tongues" aria-label={label}>
      {TONGUES.map(([code, name]) => (
        <a key={code} href={(code === "en" ? page : `/${code}${page === "/" ? "" : page}`) + query} lang={code}
          hrefLang={code} aria-current={code === spoken ? "true" : undefined}>{name}</a>
      ))}
    </nav>
  );
}

// Within one page: when the step changes, the focus goes to the heading of the new one.
export function StepFocus({ step, prefix }) {
  const before = useRef("");
  useEffect(() => {
    const moved = before.current && before.current !== step;
    before.current = step;
    if (!moved) return;
    const heading = document.getElementById(`${prefix}-${step}`);
    if (!heading || !heading.offsetParent) return;
    heading.focus({ preventScroll: true });
    const top = heading.getBoundingClientRect().top;
    if (top < 0 || top > window.innerHeight * 0.6) heading.scrollIntoView({ block: "start" });
  }, [step, prefix]);
  return null;
}

// What the page is about. The edge writes it into the page that was built for all of a kind, so that it is read before
// any script has run; here it is taken over from there until the state says it.
export function NamedHeading({ name, children, ...rest }) {
  const [written] = useState(() =>
    typeof document === "undefined" ? "" : document.querySelector('h1[data-name="written"]')?.textContent ?? "");
  return <h1 data-name="" tabIndex={-1} {...rest}>{name || written || children}</h1>;
}

// The page's own token stays in the address; links to its files carry it along.
export function TokenLink({ to, children, ...rest }) {
  const token = new URLSearchParams(useLocation().search).get("t") ?? "";
  return <a href={`${to}?t=${encodeURIComponent(token)}`} {...rest}>{children}</a>;
}

// Whether this page is what the browser asked the server for, and not drawn later into another page's document.
function isOwnDocument() {
  const [load] = performance.getEntriesByType?.("navigation") ?? [];
  return !load || /\/booking\//.test(new URL(load.name).pathname);
}

// Headers are a document's: only a booking's own lets Stripe in and sends no referrer. Whoever walked here loads it anew.
export function OwnDocument({ way, children }) {
  const [own] = useState(() => !framed && isOwnDocument());
  const { href } = typeof window === "undefined" ? {} : window.location;
  useLayoutEffect(() => {
    if (framed) withHost(({ leave }) => leave(href));
    else if (!own) window.location.reload();
  }, [own]);
  if (own) return children;
  return framed ? <p><a className="button" href={href} target="_top">{way}</a></p> : null;
}

// A word of the page's own address, for a form; set after the first drawing, which the server may have made without it.
export function AddressField({ name, keyName }) {
  const { search } = useLocation();
  const [value, setValue] = useState("");
  useEffect(() => setValue(new URLSearchParams(search).get(keyName) ?? ""), [search, keyName]);
  return <input type="hidden" name={name} value={value} readOnly />;
}

export function SkipLink({ to = "main", children, ...rest }) {
  const skip = (event) => {
    event.preventDefault();
    document.getElementById(to)?.focus();
  };
  return <a href={`#${to}`} onClick={skip} {...rest}>{children}</a>;
}
