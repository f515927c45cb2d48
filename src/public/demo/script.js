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
  function addToCart(external_id, sign) {
    const items = readCart();
    const known = items.find((item) => item.external_id === external_id);
    if (known) known.quantity = Math.min(known.quantity + 1, MOST);
    else items.push({ external_id, quantity: 1, sign });
    writeCart(items);
  }
  function setQuantity(external_id, quantity) {
    const items = readCart().map((item) => item.external_id === external_id ? { ...item, quantity } : item);
    writeCart(items.filter((item) => item.quantity > 0 && item.quantity <= MOST));
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

  // src/storefront/browser/message.ts
  function isVendors(origin, { embedUrl, trusted }) {
    if (origin === "null") return false;
    return origin === new URL(embedUrl).origin || /^https:\/\/([a-z0-9-]+\.)*signcustomiser\.com$/.test(origin) || trusted.includes(origin);
  }
  var isTrusted = (origin, page, settings) => origin === page && origin !== "null" || isVendors(origin, settings);
  function designIn(message) {
    if (!isRecord(message) || message.type !== "sc:product:created") return null;
    const product = isRecord(message.product) ? message.product : {};
    return {
      externalId: idOf(product.external_id, /^.{1,255}$/),
      productId: idOf(product.product_id, PRODUCT_ID)
    };
  }
  var PRODUCT_ID = /^[\w-]{1,64}$/;
  var isRecord = (value) => typeof value === "object" && value !== null;
  function idOf(value, form2) {
    const text = typeof value === "number" && Number.isSafeInteger(value) ? `${value}` : value;
    return typeof text === "string" && form2.test(text) ? text : null;
  }

  // src/storefront/browser/demo/signs.ts
  var KEY2 = "demo-signs";
  var UNKNOWN = { title: null, price: null, image: null };
  var SETTINGS = JSON.parse(find(".designer", HTMLElement).dataset.settings ?? "");
  function listenToDesigner() {
    addEventListener("message", ({ origin, data }) => {
      const design = isTrusted(origin, location.origin, SETTINGS) ? designIn(data) : null;
      if (design === null) return;
      const sign = signOf(data.product);
      const { externalId, productId } = design;
      sessionStorage.setItem(
        KEY2,
        JSON.stringify({
          ...noted(),
          ...externalId !== null && { [`e${externalId}`]: sign },
          ...productId !== null && { [`p${productId}`]: sign }
        })
      );
    });
  }
  function signWith(external_id, product_id) {
    const signs = noted();
    return signs[`p${product_id}`] ?? signs[`e${external_id}`] ?? UNKNOWN;
  }
  var noted = () => JSON.parse(sessionStorage.getItem(KEY2) ?? "{}");
  function signOf(product) {
    const { title, price, product_image_url: image } = isRecord(product) ? product : {};
    return {
      title: typeof title === "string" ? title.slice(0, 500) : null,
      price: typeof price === "number" && Number.isSafeInteger(price) && price >= 0 ? price : null,
      image: typeof image === "string" ? image : null
    };
  }

  // src/storefront/browser/demo/cart-view.ts
  function showCart() {
    const items = readCart();
    find("#items", HTMLElement).replaceChildren(...items.map(row));
    find("#count", HTMLElement).textContent = `${items.reduce((sum, { quantity }) => sum + quantity, 0)}`;
    find("#empty", HTMLElement).hidden = items.length > 0;
    const total = totalOf(items);
    find("#total", HTMLElement).hidden = total === null;
    find("#total strong", HTMLElement).textContent = total === null ? "" : money(total);
    const button = document.querySelector("#checkout button");
    if (button instanceof HTMLButtonElement) button.disabled = items.length === 0;
  }
  function totalOf(items) {
    const prices = items.flatMap(
      ({ sign, quantity }) => typeof sign?.price === "number" ? [sign.price * quantity] : []
    );
    return items.length > 0 && prices.length === items.length ? prices.reduce((sum, price) => sum + price) : null;
  }
  function row(item) {
    const { title, price = null, image } = item.sign ?? {};
    const name = title ?? "Your sign";
    const picture = make("img", "picture");
    picture.alt = "";
    if (image) picture.src = image;
    return make(
      "li",
      "item",
      picture,
      make("div", "what", make("strong", "", name), make("span", "muted", price === null ? "" : money(price))),
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
      showCart();
    });
    return button;
  }
  function money(minor) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency: SETTINGS.currency });
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
        showCart();
        await follow(external_id);
      } catch (error) {
        console.error(error);
        news.textContent = "The order could not be placed. Please try again.";
        showCart();
      }
    });
  }
  async function place(data) {
    const text = (name) => `${data.get(name)}`;
    const response = await fetch("/demo/orders", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        items: readCart().map(({ external_id, quantity }) => ({ external_id, quantity })),
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
  document.addEventListener("sign:added", (event) => {
    if (!(event instanceof CustomEvent)) return;
    const { external_id, product_id } = event.detail;
    const sign = signWith(external_id, product_id);
    addToCart(external_id, sign);
    showCart();
    find("#news", HTMLElement).textContent = `${sign.title ?? "Your sign"} is in your cart.`;
    find("#cart", HTMLElement).scrollIntoView({ behavior: "smooth", block: "nearest" });
  });
  listenToDesigner();
  var form = document.querySelector("#checkout");
  if (form instanceof HTMLFormElement) listenToCheckout(form);
  showCart();
})();
