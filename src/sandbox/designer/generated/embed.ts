// Made of embed.ts by `npm run generate`.
export const text =
  "\"use strict\";\n" +
  "(() => {\n" +
  "  var __typeError = (msg) => {\n" +
  "    throw TypeError(msg);\n" +
  "  };\n" +
  "  var __accessCheck = (obj, member, msg) => member.has(obj) || __typeError(\"Cannot \" + msg);\n" +
  "  var __privateGet = (obj, member, getter) => (__accessCheck(obj, member, \"read from private field\"), getter ? getter.call(obj) : member.get(obj));\n" +
  "  var __privateAdd = (obj, member, value) => member.has(obj) ? __typeError(\"Cannot add the same private member more than once\") : member instanceof WeakSet ? member.add(obj) : member.set(obj, value);\n" +
  "\n" +
  "  // src/sandbox/designer/browser/embed.ts\n" +
  "  var home = document.currentScript instanceof HTMLScriptElement ? new URL(document.currentScript.src).origin : \"\";\n" +
  "  var _frame, _fit;\n" +
  "  var SignCustomiserEmbed = class extends HTMLElement {\n" +
  "    constructor() {\n" +
  "      super(...arguments);\n" +
  "      __privateAdd(this, _frame, document.createElement(\"iframe\"));\n" +
  "      /** The frame is as high as its content says. */\n" +
  "      __privateAdd(this, _fit, ({ source, data }) => {\n" +
  "        if (source !== __privateGet(this, _frame).contentWindow || data?.type !== \"sandbox:height\") return;\n" +
  "        __privateGet(this, _frame).style.height = `${Number(data.height)}px`;\n" +
  "      });\n" +
  "    }\n" +
  "    connectedCallback() {\n" +
  "      const { customiserId, integrationId } = {\n" +
  "        customiserId: this.getAttribute(\"customiser-id\") ?? \"\",\n" +
  "        integrationId: this.getAttribute(\"integration-id\") ?? \"\"\n" +
  "      };\n" +
  "      const query = new URLSearchParams({ page: location.origin, customiserId, integrationId });\n" +
  "      __privateGet(this, _frame).title = \"Sign designer\";\n" +
  "      __privateGet(this, _frame).src = `${home}/designer?${query}`;\n" +
  "      __privateGet(this, _frame).style.cssText = \"display:block;width:100%;height:640px;border:0;border-radius:16px\";\n" +
  "      this.style.display = \"block\";\n" +
  "      this.replaceChildren(__privateGet(this, _frame));\n" +
  "      addEventListener(\"message\", __privateGet(this, _fit));\n" +
  "    }\n" +
  "    disconnectedCallback() {\n" +
  "      removeEventListener(\"message\", __privateGet(this, _fit));\n" +
  "    }\n" +
  "  };\n" +
  "  _frame = new WeakMap();\n" +
  "  _fit = new WeakMap();\n" +
  "  customElements.define(\"sign-customiser-embed\", SignCustomiserEmbed);\n" +
  "})();\n"
