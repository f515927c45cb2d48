"use strict";
(() => {
  // src/storefront/browser/demo/cart.ts
  var KEY = "demo-cart";
  var MOST = 99;
  function readCart() {
    try {
      const items = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(items) ? items.filter(isItem) : [];
    } catch {
      return [];
    }
  }
  var writeCart = (items) => localStorage.setItem(KEY, JSON.stringify(items));
  function addToCart(external_id) {
    const items = readCart();
    const known2 = items.find((item) => item.external_id === external_id);
    if (known2) known2.quantity = Math.min(known2.quantity + 1, MOST);
    else items.push({ external_id, quantity: 1 });
    writeCart(items);
  }
  function setQuantity(external_id, quantity) {
    const items = readCart().map((item) => item.external_id === external_id ? { ...item, quantity } : item);
    writeCart(items.filter((item) => item.quantity > 0 && item.quantity <= MOST));
  }
  var known = /* @__PURE__ */ new Map();
  async function product(external_id) {
    const before = known.get(external_id);
    if (before) return before;
    const response = await fetch(`/demo/products/${encodeURIComponent(external_id)}`);
    if (!response.ok) return null;
    const found = await response.json();
    known.set(external_id, found);
    return found;
  }
  var isItem = (item) => typeof item?.external_id === "string" && Number.isInteger(item.quantity);

  // src/storefront/browser/demo/page.ts
  function find(selector, kind) {
    const found = document.querySelector(selector);
    if (found instanceof kind) return found;
    throw new Error(`the page lacks ${selector}`);
  }
  function make(tag, className, ...children) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  // src/storefront/browser/demo/cart-view.ts
  async function showCart() {
    const items = readCart();
    const products = await Promise.all(items.map(({ external_id }) => product(external_id)));
    const lines = items.flatMap((item, i) => {
      const found = products[i];
      return found ? [{ item, found }] : [];
    });
    find("#items", HTMLElement).replaceChildren(...lines.map(({ item, found }) => row(item, found)));
    find("#count", HTMLElement).textContent = `${items.reduce((sum, { quantity }) => sum + quantity, 0)}`;
    find("#empty", HTMLElement).hidden = lines.length > 0;
    const total = find("#total", HTMLElement);
    total.hidden = lines.length === 0;
    const [first] = lines;
    if (first) {
      const sum = lines.reduce((all, { item, found }) => all + (found.price ?? 0) * item.quantity, 0);
      find("#total strong", HTMLElement).textContent = money(sum, first.found.currency);
    }
    const button = document.querySelector("#checkout button");
    if (button instanceof HTMLButtonElement) button.disabled = lines.length === 0;
  }
  function row(item, { title, price, currency, image }) {
    const name = title ?? "Your sign";
    const picture = make("img", "picture");
    picture.alt = "";
    if (image) picture.src = image;
    return make(
      "li",
      "item",
      picture,
      make(
        "div",
        "what",
        make("strong", "", name),
        make("span", "muted", price === null ? "" : money(price, currency))
      ),
      make(
        "div",
        "quantity",
        step(item, -1, "−", `One less of ${name}`),
        make("span", "", `${item.quantity}`),
        step(item, 1, "+", `One more of ${name}`)
      )
    );
  }
  function step({ external_id, quantity }, by, sign, label) {
    const button = make("button", "step", sign);
    button.type = "button";
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => {
      setQuantity(external_id, quantity + by);
      void showCart();
    });
    return button;
  }
  function money(minor, currency) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  }

  // src/storefront/browser/demo/progress.ts
  var PAUSE = 1e3;
  async function follow(external_id) {
    find("#progress", HTMLElement).hidden = false;
    find("#progress-title", HTMLElement).focus();
    for (; ; ) {
      const response = await fetch(`/demo/orders/${encodeURIComponent(external_id)}`).catch(() => null);
      if (response?.ok) {
        const progress = await response.json();
        show(progress);
        if (["relayed", "rejected", "failed"].includes(progress.state)) return;
      }
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }
  function show(progress) {
    find("#story", HTMLElement).textContent = `Order ${progress.external_order_number}: ${STORIES[progress.state](progress)}`;
    const reached = progress.state === "relayed" ? 3 : progress.attempts > 0 ? 2 : 1;
    for (const [i, id] of ["#step-received", "#step-sent", "#step-relayed"].entries())
      find(id, HTMLElement).className = i < reached ? isStuck(progress) && i === 1 ? "stuck" : "done" : "";
  }
  var isStuck = ({ state }) => state === "rejected" || state === "failed";
  var STORIES = {
    queued: ({ attempts }) => attempts === 0 ? "received, it is about to be sent." : "Sign Customiser is busy. It is tried again in a moment.",
    sending: () => "on its way to Sign Customiser.",
    unconfirmed: () => "sent, the answer was lost. It is looked into.",
    relayed: ({ sign_customiser_order_id }) => `relayed. Sign Customiser has it as order ${sign_customiser_order_id}.`,
    rejected: () => "Sign Customiser refused it. An operator will look at it.",
    failed: () => "it could not be handed over. An operator will look at it."
  };

  // src/storefront/browser/demo/checkout.ts
  function listenToCheckout(form2) {
    const button = find("#checkout button", HTMLButtonElement);
    const news = find("#news", HTMLElement);
    form2.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      news.textContent = "";
      try {
        const { external_id } = await place(new FormData(form2));
        writeCart([]);
        await showCart();
        await follow(external_id);
      } catch (error) {
        console.error(error);
        news.textContent = "The order could not be placed. Please try again.";
        await showCart();
      }
    });
  }
  async function place(data) {
    const text = (name) => `${data.get(name)}`;
    const response = await fetch("/demo/orders", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        items: readCart(),
        customer: { first_name: text("first_name"), last_name: text("last_name"), email: text("email") },
        shipping_address: {
          address_1: text("address_1"),
          city: text("city"),
          postcode: text("postcode"),
          country: text("country")
        }
      })
    });
    if (!response.ok) throw new Error(`the bridge answered ${response.status}`);
    return response.json();
  }

  // src/storefront/browser/demo/demo.ts
  document.addEventListener("sign:added", async (event) => {
    if (!(event instanceof CustomEvent)) return;
    const { external_id } = event.detail;
    addToCart(external_id);
    await showCart();
    const added = await product(external_id);
    find("#news", HTMLElement).textContent = `${added?.title ?? "Your sign"} is in your cart.`;
    find("#cart", HTMLElement).scrollIntoView({ behavior: "smooth", block: "nearest" });
  });
  var form = document.querySelector("#checkout");
  if (form instanceof HTMLFormElement) listenToCheckout(form);
  void showCart();
})();
