// In a frame on another site: our own header and footer step back at once, and where the browser keeps its storage from
// us, the page's own memory stands in for it.
document.documentElement.dataset.embedded = "";
for (const name of ["sessionStorage", "localStorage"]) {
  try {
    window[name].length;
  } catch {
    const kept = new Map();
    const value = {
      getItem: (key) => kept.get(String(key)) ?? null,
      setItem: (key, text) => void kept.set(String(key), String(text)),
      removeItem: (key) => void kept.delete(String(key)),
      clear: () => kept.clear(),
      key: (place) => [...kept.keys()][place] ?? null,
      get length() { return kept.size; },
    };
    Object.defineProperty(window, name, { value });
  }
}
document.currentScript.remove(); // React would take it for one of its own
