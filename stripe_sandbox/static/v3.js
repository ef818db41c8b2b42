// The sandbox's stand-in for Stripe.js: the same calls, the same answers, no money.
// Card data is typed into a frame of the sandbox and never reaches the page.
(() => {
  "use strict";
  if (window.Stripe) return;

  const base = document.currentScript.src.replace(/\/v3(\.js|\/)?([?#].*)?$/, "");
  const origin = new URL(base).origin;
  const LOAD_TIMEOUT = 15000;

  class IntegrationError extends Error {
    constructor(message) {
      super(message);
      this.name = "IntegrationError";
    }
  }

  // ---- talking to the API ----

  function fields(params, inside = "") {
    return Object.entries(params).flatMap(([name, value]) => {
      const full = inside ? `${inside}[${name}]` : name;
      if (value === undefined || value === null) return [];
      return typeof value === "object" ? fields(value, full) : [[full, String(value)]];
    });
  }

  async function ask(key, method, path, params) {
    const form = new URLSearchParams(fields(params));
    const url = `${base}/v1${path}` + (method === "GET" ? `?${form}` : "");
    try {
      const answer = await fetch(url, {
        method,
        headers: { Authorization: `Bearer ${key}` },
        body: method === "GET" ? undefined : form,
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
      });
      const body = await answer.json();
      return answer.ok ? { body } : { error: body.error };
    } catch {
      return { error: unreachable() };
    }
  }

  const unreachable = () => ({
    type: "api_connection_error",
    message: "We could not reach the payment service. Check your connection and try again.",
  });

  function intentId(clientSecret) {
    const id = /^(pi_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret ?? "")?.[1];
    if (!id) throw new IntegrationError(`Invalid value for clientSecret: you specified '${clientSecret}'.`);
    return id;
  }

  // ---- the card form ----

  class Element {
    constructor(type, key, options, shared) {
      this._type = type;
      this._key = key;
      this._options = options ?? {};
      this._shared = shared;
      this._listeners = new Map();
      this._calls = new Map();
      this._id = crypto.getRandomValues(new Uint32Array(3)).join("-");
      this._hear = (event) => this._heard(event);
      this._gone = false;
    }

    mount(target) {
      if (this._gone) throw new IntegrationError("This Element has already been destroyed. Please create a new one.");
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) {
        throw new IntegrationError(
          `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`,
        );
      }
      if (this._frame) this.unmount();
      const frame = document.createElement("iframe");
      frame.title = "Secure payment input frame";
      frame.name = `__sandboxStripe${this._id}`;
      frame.setAttribute("scrolling", "no");
      const width = "calc(100% + 8px)"; // room for the focus ring
      Object.assign(frame.style, {
        display: "block", border: "0", margin: "-4px", padding: "0", width, minWidth: width, background: "transparent",
        height: "200px", // about what it will be, so that the page does not jump
        colorScheme: this._dark() ? "dark" : "light",
      });
      const about = encodeURIComponent(JSON.stringify({ id: this._id, parent: location.origin }));
      frame.src = `${base}/elements/payment.html#${about}`;
      this._frame = frame;
      this._loaded = new Promise((resolve) => (this._becomeLoaded = resolve));
      addEventListener("message", this._hear);
      this._timer = setTimeout(() => {
        this._emit("loaderror", { elementType: this._type, error: unreachable() });
      }, LOAD_TIMEOUT);
      place.replaceChildren(frame);
      return this;
    }

    unmount() {
      clearTimeout(this._timer);
      removeEventListener("message", this._hear);
      this._frame?.remove();
      this._frame = null;
      for (const settle of this._calls.values()) settle({ error: unreachable() });
      this._calls.clear();
      return this;
    }

    destroy() {
      this.unmount();
      this._gone = true;
      this._listeners.clear();
      this._shared.forget(this._type);
    }

    on(name, listener) {
      this._listeners.set(name, [...(this._listeners.get(name) ?? []), listener]);
      return this;
    }

    once(name, listener) {
      const wrapped = (event) => (this.off(name, wrapped), listener(event));
      return this.on(name, wrapped);
    }

    off(name, listener) {
      const kept = listener ? (this._listeners.get(name) ?? []).filter((each) => each !== listener) : [];
      this._listeners.set(name, kept);
      return this;
    }

    update(options) {
      this._options = { ...this._options, ...options };
      this._look();
      return this;
    }

    focus() { this._tell({ type: "focus" }); }
    blur() { this._tell({ type: "blur" }); }
    clear() { this._tell({ type: "clear" }); }
    collapse() { this._tell({ type: "blur" }); }

    _dark() { return this._shared.options.appearance?.theme === "night"; }

    _look() {
      if (!this._frame) return;
      this._frame.style.colorScheme = this._dark() ? "dark" : "light";
      this._tell({ type: "look", appearance: this._shared.options.appearance ?? {}, options: this._options });
    }

    _tell(message) {
      this._loaded?.then(() => this._frame?.contentWindow?.postMessage({ ...message, sandbox: this._id }, origin));
    }

    // A question to the frame, and its answer.
    _call(type, more = {}) {
      if (!this._frame) throw new IntegrationError("We could not retrieve data from the specified Element: mount it first.");
      const call = crypto.getRandomValues(new Uint32Array(2)).join("-");
      return new Promise((resolve) => {
        this._calls.set(call, resolve);
        this._tell({ type, call, ...more });
      });
    }

    _heard({ source, origin: from, data }) {
      if (!this._frame || source !== this._frame.contentWindow || from !== origin || data?.sandbox !== this._id) return;
      const { type, payload = {} } = data;
      if (type === "loaded") {
        this._becomeLoaded();
        this._tell({ type: "setup", key: this._key });
        this._look();
      } else if (type === "size") {
        this._frame.style.height = `${payload.height}px`;
      } else if (type === "answer") {
        this._calls.get(data.call)?.(payload);
        this._calls.delete(data.call);
      } else if (type === "enter") {
        this._frame.closest("form")?.requestSubmit();
      } else {
        if (type === "ready") clearTimeout(this._timer);
        this._emit(type, { elementType: this._type, ...payload });
      }
    }

    _emit(name, event) {
      for (const listener of [...(this._listeners.get(name) ?? [])]) listener(event);
    }
  }

  class Elements {
    constructor(key, options = {}) {
      if (options.mode === "payment" && !(Number.isInteger(options.amount) && options.amount > 0 && options.currency)) {
        throw new IntegrationError("Invalid value for elements(): in mode 'payment', amount and currency are needed.");
      }
      this._key = key;
      this._made = new Map();
      this._shared = { options, forget: (type) => this._made.delete(type) };
      this._checked = false;
    }

    create(type, options) {
      if (type !== "payment") throw new IntegrationError(`The sandbox has no Element of type '${type}', only 'payment'.`);
      if (this._made.has(type)) throw new IntegrationError(`Can only create one Element of type ${type}.`);
      const element = new Element(type, this._key, options, this._shared);
      element.on("change", () => (this._checked = false));
      this._made.set(type, element);
      return element;
    }

    getElement(type) { return this._made.get(type) ?? null; }

    update(options) {
      Object.assign(this._shared.options, options);
      for (const element of this._made.values()) element._look();
    }

    async fetchUpdates() { return {}; }

    async submit() {
      const { error } = await this._payment()._call("validate");
      this._checked = !error;
      return error ? { error } : { selectedPaymentMethod: "card" };
    }

    _payment() {
      const element = this._made.get("payment");
      if (!element) throw new IntegrationError("Create and mount a payment Element first.");
      return element;
    }

    async _token(params, caller) {
      if (this._shared.options.mode && !this._checked) {
        throw new IntegrationError(`elements.submit() must be called before ${caller}().`);
      }
      const { payment_method_data: method, ...rest } = params ?? {};
      const defaults = this._payment()._options.defaultValues?.billingDetails;
      const billing = { ...defaults, ...method?.billing_details };
      return this._payment()._call("token", { params: { ...rest, billing_details: billing } });
    }
  }

  // ---- the bank's question ----

  const asking = new Map();

  function askBank(clientSecret) {
    if (!asking.has(clientSecret)) {
      asking.set(clientSecret, showBank(clientSecret).finally(() => asking.delete(clientSecret)));
    }
    return asking.get(clientSecret);
  }

  function showBank(clientSecret) {
    const id = intentId(clientSecret);
    const dialog = document.createElement("dialog");
    const frame = document.createElement("iframe");
    const label = "Your bank wants to check that it is you";
    dialog.setAttribute("aria-label", label);
    frame.title = label;
    Object.assign(dialog.style, {
      position: "fixed", inset: "0", width: "100vw", height: "100dvh", maxWidth: "none", maxHeight: "none",
      margin: "0", padding: "0", border: "0", background: "rgba(18, 24, 21, 0.6)", overflow: "hidden", zIndex: "2147483647",
    });
    Object.assign(frame.style, {
      display: "block", width: "100%", height: "100%", border: "0", background: "transparent", colorScheme: "light",
    });
    frame.src = `${base}/bank.html?payment_intent=${id}#${encodeURIComponent(
      JSON.stringify({ secret: clientSecret, parent: location.origin }),
    )}`;
    dialog.append(frame);
    const before = document.activeElement;
    const scroll = document.documentElement.style.overflow;
    document.body.append(dialog);
    document.documentElement.style.overflow = "hidden";
    dialog.showModal();
    return new Promise((resolve) => {
      let [ready, tries] = [false, 0];
      const done = () => {
        clearTimeout(timer);
        removeEventListener("message", hear);
        document.documentElement.style.overflow = scroll;
        dialog.remove();
        before?.focus?.();
        resolve();
      };
      // Giving up is told to the bank; a bank that does not answer keeps nobody here.
      const giveUp = () => {
        tries += 1;
        if (!ready || tries > 1) done();
        else frame.contentWindow.postMessage({ type: "giveUp", sandbox: id }, origin);
      };
      const hear = ({ source, origin: from, data }) => {
        if (source !== frame.contentWindow || from !== origin || data?.sandbox !== id) return;
        if (data.type === "ready") {
          ready = true;
          frame.focus();
        } else if (data.type === "done") done();
      };
      const timer = setTimeout(() => ready || done(), LOAD_TIMEOUT);
      addEventListener("message", hear);
      dialog.addEventListener("cancel", (event) => (event.preventDefault(), giveUp()));
      dialog.addEventListener("close", giveUp);
    });
  }

  // ---- what pages call ----

  function Stripe(key, _options) {
    if (typeof key !== "string" || !key.startsWith("pk_")) {
      throw new IntegrationError("Please call Stripe() with your publishable key.");
    }

    const look = (clientSecret) =>
      ask(key, "GET", `/payment_intents/${intentId(clientSecret)}`, { client_secret: clientSecret });

    async function retrievePaymentIntent(clientSecret) {
      const { body, error } = await look(clientSecret);
      return error ? { error } : { paymentIntent: body };
    }

    async function handleNextAction({ clientSecret } = {}) {
      const { body, error } = await look(clientSecret);
      if (error) return { error };
      if (body.status !== "requires_action") {
        const message = "handleNextAction: The PaymentIntent supplied is not in the requires_action state.";
        return { error: { type: "invalid_request_error", code: "payment_intent_unexpected_state", message } };
      }
      await askBank(clientSecret);
      return outcome(await look(clientSecret));
    }

    function outcome({ body, error }) {
      if (error) return { error };
      if (body.status === "requires_action") return { error: unreachable() };
      const last = body.last_payment_error;
      if (body.status === "requires_payment_method" && last) {
        const message =
          last.code === "payment_intent_authentication_failure"
            ? "We are unable to authenticate your payment method. Please choose a different payment method and try again."
            : last.message;
        return { error: { ...last, message, payment_intent: body } };
      }
      return { paymentIntent: body };
    }

    async function createConfirmationToken({ elements, params } = {}) {
      if (!(elements instanceof Elements)) throw new IntegrationError("createConfirmationToken needs elements.");
      const { error, token } = await elements._token(params, "stripe.createConfirmationToken");
      return error ? { error } : { confirmationToken: token };
    }

    async function confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always", confirmationToken } = {}) {
      const secret = clientSecret ?? elements?._shared.options.clientSecret;
      const id = intentId(secret);
      const url = confirmParams.return_url;
      if (redirect === "always" && !url) throw new IntegrationError("confirmPayment needs confirmParams.return_url.");
      let spent = confirmationToken ?? confirmParams.confirmation_token;
      if (!spent) {
        if (!(elements instanceof Elements)) throw new IntegrationError("confirmPayment needs elements.");
        if (!elements._shared.options.mode) {
          const checked = await elements.submit();
          if (checked.error) return { error: checked.error };
        }
        const { return_url: _, ...params } = confirmParams;
        const made = await elements._token(params, "stripe.confirmPayment");
        if (made.error) return { error: made.error };
        spent = made.token.id;
      }
      const confirming = { client_secret: secret, confirmation_token: spent, return_url: url, use_stripe_sdk: true };
      const { body, error } = await ask(key, "POST", `/payment_intents/${id}/confirm`, confirming);
      if (error) return { error };
      const result = body.status === "requires_action" ? await handleNextAction({ clientSecret: secret }) : { paymentIntent: body };
      if (result.error || redirect !== "always") return result;
      const back = new URL(url, location.href);
      back.searchParams.set("payment_intent", id);
      back.searchParams.set("payment_intent_client_secret", secret);
      back.searchParams.set("redirect_status", "succeeded");
      location.assign(back);
      return new Promise(() => {});
    }

    return {
      elements: (options) => new Elements(key, options),
      createConfirmationToken,
      confirmPayment,
      handleNextAction,
      retrievePaymentIntent,
      registerAppInfo() {},
    };
  }

  window.Stripe = Stripe;
})();
