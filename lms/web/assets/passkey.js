/* Passkeys: the page works without this file; where the browser knows keys, their buttons appear. */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function ask(button, address, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": button.dataset.csrf };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json();
  if (told.error === "prove_again" && button.dataset.prove) location.assign(button.dataset.prove);
  if (!answer.ok) throw new Error(told.message);
  return told;
}

function readable(options) {
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"])
    if (options[list]) options[list] = options[list].map((key) => ({ ...key, id: bytes(key.id) }));
  return options;
}

function written(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = {};
  for (const name of names) if (credential.response[name]) response[name] = text(credential.response[name]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

async function use(button) {
  const publicKey = readable(await ask(button, button.dataset.options, {}));
  if (button.dataset.passkey === "register") {
    const made = written(await navigator.credentials.create({ publicKey }));
    return ask(button, button.dataset.answer, { credential: made, name: button.dataset.name });
  }
  return ask(button, button.dataset.answer, written(await navigator.credentials.get({ publicKey })));
}

const sorry = document.querySelector("[data-passkey-error]");
for (const less of document.querySelectorAll("[data-passkey-less]")) less.hidden = Boolean(window.PublicKeyCredential);
for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    sorry.hidden = true;
    try {
      location.assign((await use(button)).to);
    } catch (problem) {
      const own = problem.name === "Error" ? problem.message : "";
      sorry.textContent = own || "没有用上通行密钥。再点一次，或者换一种办法";
      sorry.hidden = false;
    }
  });
}
