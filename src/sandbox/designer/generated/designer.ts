// Made of designer.ts by `npm run generate`.
export const text =
  "\"use strict\";\n" +
  "(() => {\n" +
  "  // src/sandbox/designer/glyphs.ts\n" +
  "  var GLYPHS = {\n" +
  "    A: [8, \"M0 10L4 0L8 10M1.4 6.6H6.6\"],\n" +
  "    B: [6.5, \"M0 0V10M0 0H4A2.5 2.5 0 0 1 4 5H0M4 5A2.5 2.5 0 0 1 4 10H0\"],\n" +
  "    C: [8, \"M8 2.2A4.6 5 0 1 0 8 7.8\"],\n" +
  "    D: [8, \"M0 0V10M0 0H3A5 5 0 0 1 3 10H0\"],\n" +
  "    E: [6, \"M6 0H0V10H6M0 5H5\"],\n" +
  "    F: [6, \"M6 0H0V10M0 5H5\"],\n" +
  "    G: [8, \"M8 2.2A4.6 5 0 1 0 8 7.8V5.4H5\"],\n" +
  "    H: [7, \"M0 0V10M7 0V10M0 5H7\"],\n" +
  "    I: [0.2, \"M0.1 0V10\"],\n" +
  "    J: [5, \"M5 0V7A2.5 3 0 0 1 0 7.2\"],\n" +
  "    K: [7, \"M0 0V10M7 0L0 5.6M2.4 3.9L7 10\"],\n" +
  "    L: [6, \"M0 0V10H6\"],\n" +
  "    M: [9, \"M0 10V0L4.5 6.5L9 0V10\"],\n" +
  "    N: [7, \"M0 10V0L7 10V0\"],\n" +
  "    O: [9, \"M4.5 0A4.5 5 0 1 0 4.5 10A4.5 5 0 1 0 4.5 0\"],\n" +
  "    P: [6.5, \"M0 10V0H3.8A2.8 2.8 0 0 1 3.8 5.6H0\"],\n" +
  "    Q: [9, \"M4.5 0A4.5 5 0 1 0 4.5 10A4.5 5 0 1 0 4.5 0M5.5 7L9 10.6\"],\n" +
  "    R: [6.6, \"M0 10V0H3.8A2.8 2.8 0 0 1 3.8 5.6H0M3.4 5.6L6.6 10\"],\n" +
  "    S: [6.4, \"M6.2 1.8C5 -0.7 0.4 -0.4 0.4 2.6C0.4 6 6.3 4.2 6.3 7.4C6.3 10.6 1.2 10.7 0 8\"],\n" +
  "    T: [8, \"M0 0H8M4 0V10\"],\n" +
  "    U: [7, \"M0 0V6.5A3.5 3.5 0 0 0 7 6.5V0\"],\n" +
  "    V: [8, \"M0 0L4 10L8 0\"],\n" +
  "    W: [11, \"M0 0L2.8 10L5.5 1.5L8.2 10L11 0\"],\n" +
  "    X: [7, \"M0 0L7 10M7 0L0 10\"],\n" +
  "    Y: [8, \"M0 0L4 5L8 0M4 5V10\"],\n" +
  "    Z: [7, \"M0 0H7L0 10H7\"],\n" +
  "    0: [7, \"M3.5 0A3.5 5 0 1 0 3.5 10A3.5 5 0 1 0 3.5 0\"],\n" +
  "    1: [2.6, \"M0 2L2.5 0V10\"],\n" +
  "    2: [6.8, \"M0.3 2.8A3.1 2.8 0 0 1 6.5 2.8C6.5 5.5 2 7 0 10H6.8\"],\n" +
  "    3: [6.4, \"M0.3 1.6A3 2.5 0 1 1 3 4.8A3.2 2.6 0 1 1 0 8.4\"],\n" +
  "    4: [7, \"M5 10V0L0 7H7\"],\n" +
  "    5: [6.6, \"M6 0H1L0.6 4.6A3.3 2.9 0 1 1 0 8.4\"],\n" +
  "    6: [6.6, \"M5.4 0C2 2 0.1 4.6 0.1 6.9A3.2 3.1 0 1 0 3.3 3.8C1.6 3.8 0.4 4.9 0.1 6.4\"],\n" +
  "    7: [6.5, \"M0 0H6.5L2.2 10\"],\n" +
  "    8: [6.6, \"M3.3 4.8A2.6 2.4 0 1 1 3.4 4.8A3.2 2.6 0 1 1 3.2 4.8\"],\n" +
  "    9: [6.6, \"M1.2 10C4.6 8 6.5 5.4 6.5 3.1A3.2 3.1 0 1 0 3.3 6.2C5 6.2 6.2 5.1 6.5 3.6\"],\n" +
  "    \"&\": [\n" +
  "      7.6,\n" +
  "      \"M7.6 10L1.6 3.4C0.2 1.6 1.6 0 3.2 0C5.2 0 6 2.2 4.2 3.6L2 5C-0.8 7 0.3 10 3 10C5.6 10 7 7.6 7.2 5.6\"\n" +
  "    ],\n" +
  "    \"!\": [0.2, \"M0.1 0V6.6M0.1 9.7V10\"],\n" +
  "    \"?\": [6, \"M0 2.2A2.9 2.4 0 1 1 3.6 4.7C3 5.2 2.9 5.8 2.9 6.8M2.9 9.7V10\"],\n" +
  "    \"'\": [0.2, \"M0.1 0V2.2\"],\n" +
  "    \"-\": [4, \"M0 5H4\"],\n" +
  "    \".\": [0.2, \"M0.1 9.7V10\"],\n" +
  "    \",\": [0.6, \"M0.6 9.6L0 11.4\"],\n" +
  "    \":\": [0.2, \"M0.1 3V3.3M0.1 9.7V10\"],\n" +
  "    \"+\": [6, \"M0 5H6M3 2V8\"],\n" +
  "    \"/\": [5, \"M0 10L5 0\"],\n" +
  "    \"♥\": [10, \"M5 9.8C-2 5 0.2 0.4 2.8 0.4C4.2 0.4 5 1.6 5 2.6C5 1.6 5.8 0.4 7.2 0.4C9.8 0.4 12 5 5 9.8\"],\n" +
  "    \" \": [4, \"\"]\n" +
  "  };\n" +
  "\n" +
  "  // src/sandbox/designer/sign.ts\n" +
  "  var FONTS = [\"Tube\", \"Slant\", \"Wide\", \"Double\"];\n" +
  "  var COLOURS = {\n" +
  "    Pink: \"#ff5fa2\",\n" +
  "    Red: \"#ff4d4d\",\n" +
  "    Yellow: \"#ffd84a\",\n" +
  "    Green: \"#5dffa0\",\n" +
  "    \"Ice blue\": \"#6fe3ff\",\n" +
  "    Purple: \"#b892ff\",\n" +
  "    \"Warm white\": \"#ffe6bf\"\n" +
  "  };\n" +
  "  var SIZES = {\n" +
  "    Small: { width: 60, base: 9900, letter: 900 },\n" +
  "    Medium: { width: 90, base: 14900, letter: 1400 },\n" +
  "    Large: { width: 120, base: 21900, letter: 2100 }\n" +
  "  };\n" +
  "  var LONGEST_TEXT = 18;\n" +
  "  var bendable = (text) => [...text.normalize(\"NFD\").toUpperCase()].filter((char) => Object.hasOwn(GLYPHS, char)).join(\"\").replace(/ +/g, \" \").slice(0, LONGEST_TEXT);\n" +
  "  function priceOf({ text, size, font }) {\n" +
  "    const { base, letter } = SIZES[size];\n" +
  "    const letters = bendable(text).replaceAll(\" \", \"\").length;\n" +
  "    return base + letters * letter * (font === \"Double\" ? 2 : 1);\n" +
  "  }\n" +
  "\n" +
  "  // src/sandbox/designer/drawing.ts\n" +
  "  var WIDTH = 640;\n" +
  "  var HEIGHT = 480;\n" +
  "  var GAP = 2.4;\n" +
  "  var LARGEST = 0.8;\n" +
  "  function tube(text) {\n" +
  "    let x = 0;\n" +
  "    let path = \"\";\n" +
  "    for (const char of text) {\n" +
  "      const [width, shape] = GLYPHS[char] ?? [0, \"\"];\n" +
  "      path += `<path transform=\"translate(${x.toFixed(2)} 0)\" d=\"${shape}\"/>`;\n" +
  "      x += width + GAP;\n" +
  "    }\n" +
  "    return { path, width: Math.max(x - GAP, 1) };\n" +
  "  }\n" +
  "  var SKEWED = { Tube: \"\", Slant: \" skewX(-14)\", Wide: \" scale(1.3 1)\", Double: \"\" };\n" +
  "  function drawing(sign) {\n" +
  "    const { path, width } = tube(bendable(sign.text).trim());\n" +
  "    const colour = COLOURS[sign.colour];\n" +
  "    const stretch = sign.font === \"Wide\" ? 1.3 : 1;\n" +
  "    const share = LARGEST * SIZES[sign.size].width / SIZES.Large.width;\n" +
  "    const scale = Math.min(WIDTH * share / (width * stretch), HEIGHT * share * 0.55 / 10);\n" +
  "    const lean = sign.font === \"Slant\" ? 1.2 * scale : 0;\n" +
  "    const x = (WIDTH - width * stretch * scale) / 2 + lean;\n" +
  "    const y = (HEIGHT - 10 * scale) / 2 - 14;\n" +
  "    const place = `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(3)})${SKEWED[sign.font]}`;\n" +
  "    return `<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ${WIDTH} ${HEIGHT}\" width=\"${WIDTH}\" height=\"${HEIGHT}\">\n" +
  "<defs>\n" +
  "<radialGradient id=\"wall\" cx=\"50%\" cy=\"45%\" r=\"75%\"><stop offset=\"0\" stop-color=\"#2b2d3b\"/><stop offset=\"1\" stop-color=\"#101118\"/></radialGradient>\n" +
  "<pattern id=\"bricks\" width=\"72\" height=\"48\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 0H72M0 24H72M18 0V24M54 24V48\" stroke=\"#000\" stroke-opacity=\".28\" stroke-width=\"1.6\"/></pattern>\n" +
  "<filter id=\"glow\" x=\"-30%\" y=\"-60%\" width=\"160%\" height=\"220%\"><feGaussianBlur stdDeviation=\"1.5\"/></filter>\n" +
  "<g id=\"tube\" fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">${path}</g>\n" +
  "</defs>\n" +
  "<rect width=\"${WIDTH}\" height=\"${HEIGHT}\" fill=\"url(#wall)\"/><rect width=\"${WIDTH}\" height=\"${HEIGHT}\" fill=\"url(#bricks)\"/>\n" +
  "<g transform=\"${place}\">\n" +
  "<use href=\"#tube\" stroke=\"${colour}\" stroke-width=\"3.2\" opacity=\".5\" filter=\"url(#glow)\"/>\n" +
  "<use href=\"#tube\" stroke=\"#000\" stroke-opacity=\".45\" stroke-width=\".9\" transform=\"translate(.25 .5)\"/>\n" +
  "${sign.font === \"Double\" ? doubled(colour) : single(colour)}\n" +
  "</g>\n" +
  "</svg>`;\n" +
  "  }\n" +
  "  var single = (colour) => `<use href=\"#tube\" stroke=\"${colour}\" stroke-width=\".95\"/><use href=\"#tube\" stroke=\"#fff\" stroke-opacity=\".88\" stroke-width=\".38\"/>`;\n" +
  "  var doubled = (colour) => `<use href=\"#tube\" stroke=\"${colour}\" stroke-width=\"1.7\"/><use href=\"#tube\" stroke=\"#fff\" stroke-opacity=\".8\" stroke-width=\"1.2\"/>\n" +
  "<use href=\"#tube\" stroke=\"#1d1e29\" stroke-width=\".75\"/>`;\n" +
  "\n" +
  "  // src/sandbox/designer/browser/designer.ts\n" +
  "  var form = find(\"form\", HTMLFormElement);\n" +
  "  var preview = find(\"#preview\", HTMLImageElement);\n" +
  "  var price = find(\"#price\", HTMLElement);\n" +
  "  var words = find(\"#words\", HTMLElement);\n" +
  "  var button = find(\"button\", HTMLButtonElement);\n" +
  "  var page = new URLSearchParams(location.search).get(\"page\") ?? location.origin;\n" +
  "  function find(selector, kind) {\n" +
  "    const found = document.querySelector(selector);\n" +
  "    if (found instanceof kind) return found;\n" +
  "    throw new Error(`the designer lacks ${selector}`);\n" +
  "  }\n" +
  "  var isKey = (key, of) => Object.hasOwn(of, key);\n" +
  "  function chosen() {\n" +
  "    const data = new FormData(form);\n" +
  "    const colour = `${data.get(\"colour\")}`;\n" +
  "    const size = `${data.get(\"size\")}`;\n" +
  "    return {\n" +
  "      text: `${data.get(\"text\")}`,\n" +
  "      font: FONTS.find((font) => font === data.get(\"font\")) ?? \"Tube\",\n" +
  "      colour: isKey(colour, COLOURS) ? colour : \"Pink\",\n" +
  "      size: isKey(size, SIZES) ? size : \"Medium\"\n" +
  "    };\n" +
  "  }\n" +
  "  function show() {\n" +
  "    const sign = chosen();\n" +
  "    preview.src = `data:image/svg+xml,${encodeURIComponent(drawing(sign))}`;\n" +
  "    preview.alt = `Preview: ${bendable(sign.text)} in ${sign.colour}, ${sign.font}`;\n" +
  "    price.textContent = new Intl.NumberFormat(\"en\", { style: \"currency\", currency: \"USD\" }).format(\n" +
  "      priceOf(sign) / 100\n" +
  "    );\n" +
  "    const isEmpty = bendable(sign.text).trim() === \"\";\n" +
  "    button.disabled = isEmpty;\n" +
  "    words.textContent = isEmpty ? \"Type what your sign should say.\" : \"\";\n" +
  "  }\n" +
  "  async function finish() {\n" +
  "    button.disabled = true;\n" +
  "    words.textContent = \"Making your design…\";\n" +
  "    try {\n" +
  "      const response = await fetch(\"/designer/designs\", {\n" +
  "        method: \"POST\",\n" +
  "        headers: { \"content-type\": \"application/json\" },\n" +
  "        body: JSON.stringify(chosen())\n" +
  "      });\n" +
  "      if (!response.ok) throw new Error(`the designer was answered ${response.status}`);\n" +
  "      const { product } = await response.json();\n" +
  "      parent.postMessage({ type: \"sc:product:created\", product }, page);\n" +
  "      words.textContent = \"Your design is finished.\";\n" +
  "    } catch (error) {\n" +
  "      console.error(error);\n" +
  "      words.textContent = \"That did not work. Please try again.\";\n" +
  "    } finally {\n" +
  "      button.disabled = false;\n" +
  "    }\n" +
  "  }\n" +
  "  form.addEventListener(\"input\", show);\n" +
  "  form.addEventListener(\"submit\", (event) => {\n" +
  "    event.preventDefault();\n" +
  "    void finish();\n" +
  "  });\n" +
  "  new ResizeObserver(\n" +
  "    () => parent.postMessage({ type: \"sandbox:height\", height: document.body.offsetHeight }, page)\n" +
  "  ).observe(document.body);\n" +
  "  show();\n" +
  "})();\n"
