import { useEffect, useRef, useState } from "react";

const loading = new Map(); // one <script> per address, whatever React does
function load(src) {
  if (!loading.has(src)) loading.set(src, new Promise((found, lost) => {
    const script = document.createElement("script");
    const fail = () => { loading.delete(src); script.remove(); lost(new Error("the payment script did not load")); };
    script.src = src;
    script.async = true;
    script.onload = () => (window.Stripe ? found(window.Stripe) : fail());
    script.onerror = fail;
    document.head.append(script);
  }));
  return loading.get(src);
}

// Stripe wants plain colours; ours are OKLCH variables, so let a canvas say them in red, green and blue.
function colours() {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement("i"));
  const rgb = (name) => {
    probe.style.color = `var(--${name})`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    return "#" + Array.from(pen.getImageData(0, 0, 1, 1).data.slice(0, 3), (b) => b.toString(16).padStart(2, "0")).join("");
  };
  const variables = {
    colorPrimary: rgb("brand"), colorBackground: rgb("card"), colorText: rgb("ink"), colorTextSecondary: rgb("soft"),
    colorTextPlaceholder: rgb("soft"), colorDanger: rgb("care"), borderRadius: "10px", fontSizeBase: "16px",
    spacingUnit: "4px", fontFamily: "Figtree, system-ui, sans-serif",
  };
  probe.remove();
  return variables;
}

// The last value that said something: a dropped socket draws the defaults for a moment, and the card form must live on.
function useLast(value) {
  const last = useRef(value);
  if (value) last.current = value;
  return last.current;
}

export function PayElement(props) {
  const { nextAction, answer, notice, payLabel, loadingLabel, busyLabel, lostText, onToken, onActionDone } = props;
  const src = useLast(props.src), publishableKey = useLast(props.publishableKey);
  const amount = useLast(props.amount), currency = useLast(props.currency);
  const box = useRef(null), kit = useRef(null), call = useRef({});
  const [ready, setReady] = useState(false), [busy, setBusy] = useState(false), [wrong, setWrong] = useState("");
  call.current = { onToken, onActionDone };

  useEffect(() => {
    if (!src || !publishableKey || !amount) return;
    let gone = false, element;
    setWrong("");
    load(src).then((Stripe) => {
      if (gone) return;
      const stripe = Stripe(publishableKey), dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const elements = stripe.elements({
        mode: "payment", amount, currency, allowedPaymentMethodTypes: ["card"], appearance: { theme: dark ? "night" : "stripe", variables: colours() },
      });
      element = elements.create("payment", { layout: "tabs" });
      element.on("ready", () => !gone && setReady(true));
      element.on("loaderror", () => !gone && setWrong(lostText));
      element.mount(box.current);
      kit.current = { stripe, elements };
    }).catch(() => !gone && setWrong(lostText));
    return () => { gone = true; element?.destroy(); kit.current = null; setReady(false); };
  }, [src, publishableKey, amount, currency]);

  useEffect(() => { setBusy(false); }, [answer]);

  useEffect(() => {
    if (!nextAction || !kit.current) return;
    setBusy(true);
    kit.current.stripe.handleNextAction({ clientSecret: nextAction }).then(({ error }) => {
      if (error) setWrong(error.message ?? "");
      call.current.onActionDone?.();
    });
  }, [nextAction, ready]);

  const submit = async (event) => {
    event.preventDefault();
    if (!kit.current || busy) return;
    setBusy(true);
    setWrong("");
    const { stripe, elements } = kit.current;
    const checked = await elements.submit();
    const { error, confirmationToken } = checked.error ? checked : await stripe.createConfirmationToken({ elements });
    if (!error) return call.current.onToken?.(confirmationToken.id); // busy until the server's answer
    setWrong(error.message ?? "");
    setBusy(false);
  };

  return (
    <form onSubmit={submit} aria-busy={busy || !ready} className="pay">
      <div className="pay-frame">
        {!ready && !wrong && <div className="pay-waiting skeleton" role="status"><span className="sr-only">{loadingLabel}</span></div>}
        <div ref={box} />
      </div>
      <div role="alert" className="pay-wrong">{!busy && (wrong || notice) ? <p className="notice care">{wrong || notice}</p> : null}</div>
      <button type="submit" className="button button-wide" disabled={!ready || busy}>{busy ? busyLabel : payLabel}</button>
    </form>
  );
}
