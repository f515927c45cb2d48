// Made of embed.ts by `npm run generate`.
export const text =
  "\"use strict\";\n" +
  "(() => {\n" +
  "  // src/sandbox/designer/browser/embed.ts\n" +
  "  var home = document.currentScript instanceof HTMLScriptElement ? new URL(document.currentScript.src).origin : \"\";\n" +
  "  var SignCustomiserEmbed = class extends HTMLElement {\n" +
  "    #frame = document.createElement(\"iframe\");\n" +
  "    connectedCallback() {\n" +
  "      const { customiserId, integrationId } = {\n" +
  "        customiserId: this.getAttribute(\"customiser-id\") ?? \"\",\n" +
  "        integrationId: this.getAttribute(\"integration-id\") ?? \"\"\n" +
  "      };\n" +
  "      const query = new URLSearchParams({ page: location.origin, customiserId, integrationId });\n" +
  "      this.#frame.title = \"Sign designer\";\n" +
  "      this.#frame.src = `${home}/designer?${query}`;\n" +
  "      this.#frame.style.cssText = \"display:block;width:100%;height:640px;border:0;border-radius:16px\";\n" +
  "      this.style.display = \"block\";\n" +
  "      this.replaceChildren(this.#frame);\n" +
  "      addEventListener(\"message\", this.#fit);\n" +
  "    }\n" +
  "    disconnectedCallback() {\n" +
  "      removeEventListener(\"message\", this.#fit);\n" +
  "    }\n" +
  "    /** The frame is as high as its content says. */\n" +
  "    #fit = ({ source, data }) => {\n" +
  "      if (source !== this.#frame.contentWindow || data?.type !== \"sandbox:height\") return;\n" +
  "      this.#frame.style.height = `${Number(data.height)}px`;\n" +
  "    };\n" +
  "  };\n" +
  "  customElements.define(\"sign-customiser-embed\", SignCustomiserEmbed);\n" +
  "})();\n"
