// The booking page on your own site: one line of HTML, where it shall stand.
//   <script src="https://book.example.com/embed.js" data-service="deep-tissue" data-language="es" async></script>
// It tells your page what happens, without saying who: truflow:ready, truflow:service, truflow:time, truflow:booked.
(() => {
  const script = document.currentScript;
  const { origin } = new URL(script.src);
  const { service, language, title } = script.dataset;
  const tongue = (language || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
  const tongues = { es: "Reservar cita", de: "Termin buchen", fr: "Prendre rendez-vous" };
  const frame = document.createElement("iframe");
  frame.src = origin + (tongue in tongues ? `/${tongue}` : "") + "/book" + (service ? `/${encodeURIComponent(service)}` : "");
  frame.title = title || tongues[tongue] || "Book an appointment";
  Object.assign(frame.style, { width: "100%", height: "640px", border: "0", display: "block" });
  script.before(frame);

  addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin || typeof data?.type !== "string") return;
    if (data.type === "truflow:height" && data.height > 0) {
      frame.style.height = `${Math.min(Math.ceil(data.height), 20000)}px`;
    } else if (data.type === "truflow:top") {
      if (frame.getBoundingClientRect().top < 0) frame.scrollIntoView({ block: "start" });
    } else if (/^truflow:(ready|service|time|booked)$/.test(data.type)) {
      frame.dispatchEvent(new CustomEvent(data.type, { bubbles: true, detail: { service: String(data.service ?? "") } }));
    }
  });
})();
