// Made of embed.ts by `npm run generate`.
export const text =
  "\"use strict\";(()=>{function y({cart:t=\"event\",merchant:n=\"\"}){return t===\"event\"?async()=>{}:t===\"shopline\"?n===\"\"?null:k(n):t.startsWith(\n" +
  "\"/\")&&new URL(t,location.href).origin===location.origin?o=>E(t,o):null}var k=t=>({external_id:n,quantity:e})=>E(\n" +
  "`/api/merchants/${encodeURIComponent(t)}/cart/items`,{item:{product_id:n,quantity:e,type:\"product\",variation_id:null,\n" +
  "blacklisted_delivery_option_ids:[],triggering_item_id:null},cart_options:{skip_calculate_order:!0}},{\"X-Reques\\\n" +
  "ted-With\":\"XMLHttpRequest\",\"X-CSRF-Token\":document.querySelector('meta[name=\"csrf-token\"]')?.content??\"\"});async function E(t,n,e={}){\n" +
  "let o=await fetch(t,{method:\"POST\",headers:{\"Content-Type\":\"application/json\",...e},body:JSON.stringify(n),credentials:\"\\\n" +
  "same-origin\",signal:AbortSignal.timeout(1e4)});if(!o.ok)throw new Error(`${t} answered ${o.status}`)}async function h(t,n){let e=Date.now()+1e4;for(let o=1e4;o>0;o=e-Date.now()){let r=await C(`${t}/storefront/pr\\\n" +
  "oducts/${n}`,o);if(r!==null)return r;await new Promise(u=>setTimeout(u,1e3))}return null}async function C(t,n){\n" +
  "try{let e=await fetch(t,{signal:AbortSignal.timeout(n)});if(!e.ok)return null;let{external_id:o}=await e.json();\n" +
  "return typeof o==\"string\"?o:null}catch{return null}}function T(t,n,{embedUrl:e,trusted:o}){return t===\"null\"?!1:t===n||t===new URL(e).origin||/^https:\\/\\/([a-z0-9-]+\\.)*signcustomiser\\.com$/.\n" +
  "test(t)||o.includes(t)}function v(t){if(!w(t)||t.type!==\"sc:product:created\")return null;let n=w(t.product)?t.\n" +
  "product:{};return{externalId:S(n.external_id,/^.{1,255}$/),productId:S(n.product_id,/^[\\w-]{1,64}$/)}}var w=t=>typeof t==\n" +
  "\"object\"&&t!==null;function S(t,n){let e=typeof t==\"number\"&&Number.isSafeInteger(t)?`${t}`:t;return typeof e==\n" +
  "\"string\"&&n.test(e)?e:null}var c={\"designer-not-loaded\":\"The sign designer could not be loaded. Please reload the page.\",\"no-product\":\"Yo\\\n" +
  "ur sign could not be read. Please try again.\",\"not-found\":\"Your sign was saved, but the shop has not received \\\n" +
  "it yet.\",\"cart-failed\":\"Your sign could not be put in the cart.\",busy:\"Putting your sign in the cart…\",added:\"\\\n" +
  "Your sign is in the cart.\"},g=class{#t=document.createElement(\"p\");constructor(){this.#t.className=\"sign-custo\\\n" +
  "miser-words\"}inform(n,e){this.#e(n,\"status\",e)}complain(n,e,o){if(this.#e(n,\"alert\",e),o===null)return;let r=document.\n" +
  "createElement(\"button\");r.type=\"button\",r.textContent=\"Try again\",r.addEventListener(\"click\",o),this.#t.append(\n" +
  "\" \",r)}clear(){this.#t.remove()}#e(n,e,o){this.#t.setAttribute(\"role\",e),this.#t.isConnected||n.after(this.#t),\n" +
  "this.#t.textContent=o}};var f=\"sign-customiser-embed\";function P(t){let n=new URL(t.src).origin,e=y(t.dataset),o=new g,r=new Set,u=()=>document.\n" +
  "querySelector(f)??t;function m(s,a,i){let d={code:s,message:c[s],product_id:a};I(\"sign:failed\",d)?o.complain(u(),\n" +
  "c[s],i):o.clear()}async function p(s){let{externalId:a,productId:i}=s,d=a??i;if(d===null)return m(\"no-product\",\n" +
  "null,null);if(r.has(d))return;r.add(d);let b=()=>{p(s)};o.inform(u(),c.busy);try{let l=a??await h(n,d);if(l===\n" +
  "null)return m(\"not-found\",i,b);if(e===null)throw new Error(\"data-cart must be event, a path of this shop, or s\\\n" +
  "hopline with data-merchant\");await e({external_id:l,quantity:1}),_(l,i)}catch(l){console.error(\"embed.js:\",l),\n" +
  "m(\"cart-failed\",i,b)}finally{r.delete(d)}}function _(s,a){let{cart:i=\"event\",next:d}=t.dataset;i===\"event\"?o.clear():\n" +
  "o.inform(u(),c.added),I(\"sign:added\",{external_id:s,product_id:a,quantity:1}),d&&location.assign(d)}addEventListener(\n" +
  "\"message\",({origin:s,data:a})=>{let i=T(s,location.origin,SETTINGS)?v(a):null;i&&p(i)}),A(()=>{[n,...SETTINGS.\n" +
  "stores].includes(location.origin)||console.warn(`embed.js: the bridge's STORE_ORIGINS lacks ${location.origin}`),\n" +
  "!document.querySelector(f)&&document.body.contains(t)&&t.after(N(t.dataset)),R(t.nonce,()=>m(\"designer-not-loa\\\n" +
  "ded\",null,null))})}function N({customiserId:t,integrationId:n}){let e=document.createElement(f);return e.setAttribute(\n" +
  "\"customiser-id\",t??SETTINGS.customiserId??\"\"),e.setAttribute(\"integration-id\",n??SETTINGS.integrationId??\"\"),e.\n" +
  "setAttribute(\"driver\",\"custom\"),e}function R(t,n){if(customElements.get(f)||[...document.scripts].some(({src:o})=>o===\n" +
  "SETTINGS.embedUrl))return;let e=document.createElement(\"script\");e.async=!0,e.nonce=t,e.src=SETTINGS.embedUrl,\n" +
  "e.addEventListener(\"error\",n),document.head.append(e)}var I=(t,n)=>document.dispatchEvent(new CustomEvent(t,{bubbles:!0,\n" +
  "cancelable:!0,detail:n}));function A(t){document.readyState===\"loading\"?document.addEventListener(\"DOMContentL\\\n" +
  "oaded\",t,{once:!0}):t()}var x=document.currentScript;x instanceof HTMLScriptElement?window.signCustomiserBridge||\n" +
  "(window.signCustomiserBridge=!0,P(x)):console.error(\"embed.js: load it by <script async src>, not as a module\");})();\n"
