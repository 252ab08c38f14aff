/** A model's Markdown as safe markup: markdown-it writes no raw HTML, DOMPurify checks what it wrote. */

import MarkdownIt from "../vendor/markdown-it-15.0.3.min.js";
import "../vendor/dompurify-3.4.18.min.js";
import { keepFormulas } from "./maths.js";

const SAFE_LINK = /^(https?:|mailto:)/i;
const TAGS = "p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code span em strong s a table thead tbody tr th td".split(" ");
const HARMLESS = ["class", "start", "rel", "target"];
const SANITIZE = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ["href", ...HARMLESS],
  ADD_URI_SAFE_ATTR: HARMLESS,
  ALLOWED_URI_REGEXP: SAFE_LINK,
  RETURN_DOM_FRAGMENT: true,
};

let highlighter = null;

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, highlight: colour });
markdown.validateLink = (url) => SAFE_LINK.test(url.trim());
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.core.ruler.push("outline", outline);
keepFormulas(markdown);
markdown.renderer.rules.image = imageAsLink;
markdown.renderer.rules.link_open = (tokens, index, options, env, renderer) => {
  tokens[index].attrSet("rel", "noopener noreferrer");
  tokens[index].attrSet("target", "_blank");
  return renderer.renderToken(tokens, index, options);
};

/** The markup of each top-level block, so that a page can replace only the blocks that changed. */
export function renderBlocks(text) {
  const env = {};
  const tokens = markdown.parse(text, env);
  const blocks = [];
  let start = 0;
  tokens.forEach((token, index) => {
    if (token.level !== 0 || token.nesting === 1) return;
    blocks.push(markdown.renderer.render(tokens.slice(start, index + 1), markdown.options, env));
    start = index + 1;
  });
  return blocks;
}

/** Put `text` into `element`, touching only blocks that differ from the last time. */
export function paint(element, text) {
  const state = `${Boolean(highlighter)} ${text}`;
  if (element.painted === state) return;
  element.painted = state;
  const blocks = renderBlocks(text);
  blocks.forEach((markup, index) => {
    const old = element.children[index];
    if (old?.markup === markup) return;
    const fresh = block(markup);
    if (old) old.replaceWith(fresh);
    else element.append(fresh);
  });
  while (element.children.length > blocks.length) element.lastElementChild.remove();
}

/** Load the code colours once; resolves when the next `paint` will use them. */
export async function loadColours() {
  highlighter ??= (await import("../vendor/highlight-11.12.0.min.js")).default;
}

/** Whether `text` shows code that could be coloured and the colours are not loaded yet. */
export function wantsColours(text) {
  return !highlighter && /^ {0,3}(```|~~~)\S/m.test(text);
}

function block(markup) {
  const element = document.createElement("div");
  element.markup = markup;
  element.append(globalThis.DOMPurify.sanitize(markup, SANITIZE));
  element.querySelectorAll("pre > code").forEach(frameCode);
  return element;
}

function frameCode(code) {
  const head = document.getElementById("code-head").content.firstElementChild.cloneNode(true);
  head.firstElementChild.textContent = code.className.match(/language-(\S+)/)?.[1] ?? "";
  const frame = document.createElement("div");
  frame.className = "code";
  code.parentElement.replaceWith(frame);
  const pre = document.createElement("pre");
  pre.tabIndex = 0; // a wide block scrolls, so the keyboard must reach it
  pre.append(code);
  frame.append(head, pre);
}

function colour(code, language) {
  if (!highlighter?.getLanguage(language)) return "";
  return highlighter.highlight(code, { language, ignoreIllegals: true }).value;
}

// Headings take their place below those of the page, and a head cell without text is none: both matter to screen readers.
function outline({ tokens }) {
  tokens.forEach((token, index) => {
    if (token.type.startsWith("heading_")) {
      if (token.nesting === 1) token.attrSet("class", token.tag);
      token.tag = token.tag <= "h3" ? "h3" : "h4";
    }
    if (token.type === "th_open" && !tokens[index + 1].content) token.tag = tokens[index + 2].tag = "td";
  });
}

// A remote picture would tell a stranger's server that the page was read, so it becomes a link.
function imageAsLink(tokens, index) {
  const { escapeHtml } = markdown.utils;
  const url = tokens[index].attrGet("src");
  const label = escapeHtml(tokens[index].content || url);
  return `<a href="${escapeHtml(url)}" rel="noopener noreferrer" target="_blank">${label}</a>`;
}
