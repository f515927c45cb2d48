// Made of designer.css by `npm run generate`.
export const text =
  "/* src/sandbox/designer/browser/designer.css */\n" +
  ":root {\n" +
  "  color-scheme: dark;\n" +
  "}\n" +
  "* {\n" +
  "  box-sizing: border-box;\n" +
  "}\n" +
  "body {\n" +
  "  display: grid;\n" +
  "  grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr);\n" +
  "  margin: 0;\n" +
  "  overflow: hidden;\n" +
  "  border-radius: 16px;\n" +
  "  background: #171922;\n" +
  "  color: #eef0f6;\n" +
  "  font:\n" +
  "    16px / 1.45 system-ui,\n" +
  "    -apple-system,\n" +
  "    \"Segoe UI\",\n" +
  "    Roboto,\n" +
  "    sans-serif;\n" +
  "}\n" +
  ".stage {\n" +
  "  display: flex;\n" +
  "  align-items: center;\n" +
  "  background: #101118;\n" +
  "}\n" +
  "#preview {\n" +
  "  display: block;\n" +
  "  width: 100%;\n" +
  "  height: 100%;\n" +
  "  min-height: 220px;\n" +
  "  object-fit: cover;\n" +
  "}\n" +
  "form {\n" +
  "  display: grid;\n" +
  "  gap: 18px;\n" +
  "  padding: 24px;\n" +
  "}\n" +
  "fieldset {\n" +
  "  margin: 0;\n" +
  "  padding: 0;\n" +
  "  border: 0;\n" +
  "}\n" +
  "legend,\n" +
  ".label {\n" +
  "  display: block;\n" +
  "  margin-bottom: 6px;\n" +
  "  padding: 0;\n" +
  "  color: #b6bbc9;\n" +
  "  font-size: 14px;\n" +
  "}\n" +
  "input[type=text] {\n" +
  "  width: 100%;\n" +
  "  min-height: 44px;\n" +
  "  padding: 8px 12px;\n" +
  "  border: 1px solid #6d7386;\n" +
  "  border-radius: 10px;\n" +
  "  background: #101118;\n" +
  "  color: inherit;\n" +
  "  font: inherit;\n" +
  "}\n" +
  ".choices {\n" +
  "  display: flex;\n" +
  "  flex-wrap: wrap;\n" +
  "  gap: 8px;\n" +
  "}\n" +
  ".choices label {\n" +
  "  position: relative;\n" +
  "}\n" +
  ".choices input {\n" +
  "  position: absolute;\n" +
  "  width: 100%;\n" +
  "  height: 100%;\n" +
  "  margin: 0;\n" +
  "  opacity: 0;\n" +
  "  cursor: pointer;\n" +
  "}\n" +
  ".choices span {\n" +
  "  display: block;\n" +
  "  padding: 8px 14px;\n" +
  "  border: 1px solid #4a4f60;\n" +
  "  border-radius: 10px;\n" +
  "}\n" +
  ".choices input:checked + span {\n" +
  "  border-color: #fff;\n" +
  "  background: #2c3040;\n" +
  "  box-shadow: inset 0 0 0 1px #fff;\n" +
  "}\n" +
  ".choices .swatch {\n" +
  "  width: 38px;\n" +
  "  height: 38px;\n" +
  "  padding: 0;\n" +
  "  border-color: transparent;\n" +
  "  border-radius: 50%;\n" +
  "}\n" +
  ".choices input:checked + .swatch {\n" +
  "  border: 4px solid #171922;\n" +
  "  box-shadow: 0 0 0 2px #fff;\n" +
  "}\n" +
  ".pink {\n" +
  "  background: #ff5fa2;\n" +
  "}\n" +
  ".red {\n" +
  "  background: #ff4d4d;\n" +
  "}\n" +
  ".yellow {\n" +
  "  background: #ffd84a;\n" +
  "}\n" +
  ".green {\n" +
  "  background: #5dffa0;\n" +
  "}\n" +
  ".ice-blue {\n" +
  "  background: #6fe3ff;\n" +
  "}\n" +
  ".purple {\n" +
  "  background: #b892ff;\n" +
  "}\n" +
  ".warm-white {\n" +
  "  background: #ffe6bf;\n" +
  "}\n" +
  ".choices input:checked + .pink {\n" +
  "  background: #ff5fa2;\n" +
  "}\n" +
  ".choices input:checked + .red {\n" +
  "  background: #ff4d4d;\n" +
  "}\n" +
  ".choices input:checked + .yellow {\n" +
  "  background: #ffd84a;\n" +
  "}\n" +
  ".choices input:checked + .green {\n" +
  "  background: #5dffa0;\n" +
  "}\n" +
  ".choices input:checked + .ice-blue {\n" +
  "  background: #6fe3ff;\n" +
  "}\n" +
  ".choices input:checked + .purple {\n" +
  "  background: #b892ff;\n" +
  "}\n" +
  ".choices input:checked + .warm-white {\n" +
  "  background: #ffe6bf;\n" +
  "}\n" +
  ".choices input:focus-visible + span,\n" +
  "input[type=text]:focus-visible,\n" +
  "button:focus-visible {\n" +
  "  outline: 3px solid #94abff;\n" +
  "  outline-offset: 2px;\n" +
  "}\n" +
  ".pay {\n" +
  "  display: flex;\n" +
  "  align-items: center;\n" +
  "  justify-content: space-between;\n" +
  "  gap: 16px;\n" +
  "}\n" +
  "#price {\n" +
  "  font-size: 26px;\n" +
  "  font-weight: 700;\n" +
  "}\n" +
  "button {\n" +
  "  min-height: 48px;\n" +
  "  padding: 8px 22px;\n" +
  "  border: 0;\n" +
  "  border-radius: 12px;\n" +
  "  background: #ffffff;\n" +
  "  color: #14161e;\n" +
  "  font: inherit;\n" +
  "  font-weight: 700;\n" +
  "  cursor: pointer;\n" +
  "}\n" +
  "button:disabled {\n" +
  "  opacity: 0.5;\n" +
  "  cursor: default;\n" +
  "}\n" +
  "#words {\n" +
  "  min-height: 1.45em;\n" +
  "  margin: 0;\n" +
  "  color: #b6bbc9;\n" +
  "  font-size: 14px;\n" +
  "}\n" +
  "@media (max-width: 680px) {\n" +
  "  body {\n" +
  "    grid-template-columns: minmax(0, 1fr);\n" +
  "  }\n" +
  "  form {\n" +
  "    padding: 20px 16px;\n" +
  "  }\n" +
  "}\n"
