"use strict";(()=>{function m(t){try{let e=new URL(t,location.href);return e.origin===location.origin&&e.protocol==="http:"||e.protocol===
"https:"?e:null}catch{return null}}async function p(t,e,r,n={}){let o=new AbortController,i=setTimeout(()=>o.abort(),t);try{return await r(await fetch(
e,{...n,signal:o.signal}))}finally{clearTimeout(i)}}var Y=1e4;function I({cart:t="event",merchant:e=""}){if(t==="event")return async()=>{};if(t==="shopline")return e===
""?null:V(e);let r=t.startsWith("/")?m(t):null;return r?.origin===location.origin?n=>L(r.href,n):null}var V=t=>({
external_id:e,quantity:r})=>L(`${location.origin}/api/merchants/${encodeURIComponent(t)}/cart/items`,{item:{product_id:e,
quantity:r,type:"product",variation_id:null,blacklisted_delivery_option_ids:[],triggering_item_id:null},cart_options:{
skip_calculate_order:!0}},{"X-Requested-With":"XMLHttpRequest","X-CSRF-Token":document.querySelector('meta[nam\
e="csrf-token"]')?.content??""}),L=(t,e,r={})=>p(Y,t,n=>{if(!n.ok)throw new Error(`${t} answered ${n.status}`);
if(n.redirected&&v(n.url)!==v(t))throw new Error(`${t} led to ${n.url}`)},{method:"POST",headers:{"Content-Typ\
e":"application/json",...r},body:JSON.stringify(e),credentials:"same-origin",keepalive:!0});function v(t){let{
pathname:e,search:r}=new URL(t);return e.replace(/\/$/,"")+r}var c={"designer-not-loaded":"The sign designer could not be loaded. Please reload the page.",blocked:"The sig\
n designer could not be loaded in full.","no-product":"Your sign could not be read. Please try again.","not-fo\
und":"Your sign was saved, but the shop has not received it yet.","cart-failed":"Your sign could not be put in\
 the cart.",busy:"Putting your sign in the cart…",added:"Your sign is in the cart."};function k(t){let e=document.
createElement("p");e.className="sign-customiser-words";function r(n,o){if(e.setAttribute("role",n),e.textContent=
o,e.isConnected)return;let i=t();i?i.after(e):document.body.append(e)}return{inform:n=>r("status",n),complain(n,o){
if(r("alert",n),o===null)return;let i=document.createElement("button");i.type="button",i.textContent="Try agai\
n",i.addEventListener("click",o),e.append(" ",i)},clear:()=>e.remove()}}var l="sign-customiser-embed";function T(t,e){let{cart:r,next:n}=t.dataset,o=s=>document.body.contains(s),i={script:t,
settings:e,designer:null,cart:I(t.dataset),isFilledByShop:(r??"event")==="event",next:n?m(n):null,words:k(()=>[
i.designer,document.querySelector(l),t].find(o)??void 0)};return i.cart===null&&console.error("embed.js: data-\
cart must be event, a path of this shop, or shopline with data-merchant"),n&&i.next===null&&console.error("emb\
ed.js: data-next must be an address of this shop, or one that begins with https://"),i}function R({designer:t},e){
let r=[t,t?.shadowRoot].flatMap(n=>n?[...n.querySelectorAll("iframe")]:[]);for(let n=e;n&&n!==n.parent;n=n.parent)
if(r.some(({contentWindow:o})=>o===n))return!0;return!1}function C(t){let{customiserId:e,integrationId:r}=t.script.
dataset,n=document.createElement(l);n.setAttribute("customiser-id",e??t.settings.customiserId??""),n.setAttribute(
"integration-id",r??t.settings.integrationId??""),n.setAttribute("driver","custom"),t.designer=n,t.script.after(
n)}function O(t){let{embedUrl:e}=t.settings;if(customElements.get(l)||[...document.scripts].some(({src:n})=>n===
e))return;let r=document.createElement("script");r.async=!0,r.nonce=t.script.nonce,r.src=e,r.addEventListener(
"error",()=>{r.remove(),a(t,"designer-not-loaded")}),document.head.append(r)}var w=(t,e)=>document.dispatchEvent(
new CustomEvent(t,{bubbles:!0,cancelable:!0,detail:e}));function a({words:t},e,r={},n=null){w("sign:failed",{code:e,
message:c[e],product_id:null,...r})?(!(e==="designer-not-loaded"||e==="blocked")||document.querySelector(l))&&
t.complain(c[e],n):t.clear()}var _=1e4,X=1e3;async function D(t,e){let r=Date.now()+_;for(let n=_;n>0;n=r-Date.now()){let o=await p(n,`${t}\
/storefront/products/${e}`,z).catch(()=>null);if(o!==null)return o;await new Promise(i=>setTimeout(i,X))}return null}
async function z(t){if(!t.ok)return null;let{external_id:e}=await t.json();return typeof e=="string"?e:null}function y(t,{embedUrl:e,trusted:r}){return t==="null"?!1:t===new URL(e).origin||/^https:\/\/([a-z0-9-]+\.)*signcustomiser\.com$/.
test(t)||r.includes(t)}var $=(t,e,r)=>t===e&&t!=="null"||y(t,r);function A(t){if(!f(t)||t.type!=="sc:product:c\
reated")return null;let e=f(t.product)?t.product:{};return{externalId:P(e.external_id,/^.{1,255}$/),productId:P(
e.product_id,h)}}var h=/^[\w-]{1,64}$/,f=t=>typeof t=="object"&&t!==null;function P(t,e){let r=typeof t=="numb\
er"&&Number.isSafeInteger(t)?`${t}`:t;return typeof r=="string"&&e.test(r)?r:null}var U="sign-customiser-bridge",K=36e5,W=()=>Object.keys(S()??{});function M(t){let e=S();return e!==null&&N({[t]:Date.
now(),...e})}function x(t){let{[t]:e,...r}=S()??{};return e!==void 0&&N(r)}function S(){let t;try{t=sessionStorage.
getItem(U)}catch{return null}let e={};for(let[r,n]of Object.entries(Q(t??"{}")))h.test(r)&&typeof n=="number"&&
Date.now()-n<K&&(e[r]=n);return e}function Q(t){try{let e=JSON.parse(t);return f(e)?e:{}}catch{return{}}}function N(t){
try{return sessionStorage.setItem(U,JSON.stringify(t)),!0}catch{return!1}}var g=new Map;function E({externalId:t,productId:e},r,n=!1){let o=[t&&`e${t}`,e&&`p${e}`].filter(Z);if(o.length===
0){a(r,"no-product");return}let s=o.map(d=>g.get(d)).find(d=>d!==void 0)??{line:r,productId:e,externalId:t,state:"\
idle",isInCart:!1};for(let d of o)g.set(d,s);s.state==="idle"&&(s.externalId??(s.externalId=t)),q(s,n)}var Z=t=>t!==
null&&t!=="";async function q(t,e=!1){if(t.state!=="idle")return;t.state="busy";let{line:r,productId:n}=t,{bridge:o}=r.
settings,i=s=>{t.state="idle",a(r,s,{product_id:n},()=>{q(t)})};r.words.inform(c.busy);try{if(t.externalId===null&&
n!==null){let s=e||M(n),d=await D(o,n);if(d===null)return i("not-found");let u=g.get(`e${d}`)??t;g.set(`p${n}`,
u).set(`e${d}`,u);let b=s&&!x(n);if(u!==t||b)return t.state="done",r.words.clear();t.externalId=d}else n!==null&&
x(n);await j(t),t.state="done"}catch(s){console.error("embed.js:",s),i("cart-failed")}}async function j(t){let{
cart:e,isFilledByShop:r,next:n,words:o}=t.line,i={external_id:t.externalId??"",quantity:1};if(e===null)throw new Error(
"data-cart names no cart");t.isInCart||await e(i),t.isInCart=!r;let s=[],d=!1,u=H=>{if(d)throw new Error("wait\
Until comes too late: call it before the listener first waits");s.push(H)},b=w("sign:added",{...i,product_id:t.
productId,waitUntil:u});d=!0,await Promise.all(s),r?o.clear():o.inform(c.added),b&&n&&location.assign(n.href)}var B=new Set;function F({blockedURI:t,effectiveDirective:e,disposition:r},n){let[o=""]=/^https?:\/\/[^/?#]+/.
exec(t)??[];if(r==="report"||o!==n.settings.bridge&&!y(o,n.settings))return;let i=e.replace(/-(elem|attr)$/,""),
s=`this page's Content-Security-Policy lacks ${o} in ${i}`;B.has(s)||(B.add(s),console.error(`embed.js: ${s}`),
a(n,"blocked",{directive:i,origin:o}))}function J(){let t=[],e=()=>t.filter(({script:r,designer:n})=>r.isConnected||n?.isConnected).pop();return addEventListener(
"message",({origin:r,source:n,data:o})=>{let i=t.find(d=>R(d,n))??e()??t[t.length-1],s=i&&$(r,location.origin,
i.settings)?A(o):null;i&&s&&E(s,i)}),document.addEventListener("securitypolicyviolation",r=>{let n=e();n&&F(r,
n)}),(r,n)=>{let o=T(r,n);t.push(o),nt(()=>{[n.bridge,...n.stores].includes(location.origin)||console.warn(`em\
bed.js: the bridge's STORE_ORIGINS lacks ${location.origin}`),!et(t)&&document.body.contains(r)&&C(o),O(o),o===
t[0]&&tt(e()??o)})}}function tt(t){for(let e of W())E({externalId:null,productId:e},t,!0)}var et=t=>[...document.
querySelectorAll(l)].some(e=>!t.some(({designer:r})=>r===e));function nt(t){document.readyState==="loading"?document.
addEventListener("DOMContentLoaded",t,{once:!0}):t()}var G=document.currentScript;G instanceof HTMLScriptElement?(window.signCustomiserBridge??(window.signCustomiserBridge=
J()),window.signCustomiserBridge(G,SETTINGS)):console.error(`embed.js: it reads its attributes by document.cur\
rentScript, which is null in a module, by import or eval. Load it as <script async src="${SETTINGS.bridge}/emb\
ed.js" data-cart="event"><\/script>`);})();
