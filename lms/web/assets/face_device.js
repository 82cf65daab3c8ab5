/* In the cage: the provider's own script has run before this one and says what browser it is in. Nothing else leaves. */
(() => {
  const say = window.getMetaInfo;
  const told = typeof say === "function" ? say() : null;
  const words = typeof told === "string" ? told : told && JSON.stringify(told);
  // The cage has no origin to name; the page around it looks at who is speaking.
  window.parent.postMessage({ device: words || "" }, "*");
})();
