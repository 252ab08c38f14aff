/** Formulas stay as they were written: in `$x_1 * x_2$`, `$$…$$`, `\(…\)` and `\[…\]` nothing is Markdown. */

// A dollar that begins a formula touches it, and so does the one that ends it: “$5 and $10” is money.
const FORMULA = /\$\$[^$]+\$\$|\$(?![\s$])(?:[^$\\\n]|\\.)*?[^\s$\\]\$(?!\d)|\\\([\s\S]+?\\\)|\\\[[\s\S]+?\\\]/y;

/** Teach it to a markdown-it. */
export function keepFormulas(markdown) {
  markdown.inline.ruler.before("escape", "formula", take);
  markdown.renderer.rules.formula = (tokens, index) => `<span class="formula">${markdown.utils.escapeHtml(tokens[index].content)}</span>`;
}

function take(state, silent) {
  FORMULA.lastIndex = state.pos;
  const found = FORMULA.exec(state.src)?.[0];
  if (!found || state.pos + found.length > state.posMax) return false;
  if (!silent) state.push("formula", "", 0).content = found;
  state.pos += found.length;
  return true;
}
