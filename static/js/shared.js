/** The page of a shared conversation: its plain text becomes Markdown. */

import "./clipboard.js";
import { loadColours, paint, wantsColours } from "./markdown.js";

for (const body of document.querySelectorAll(".markdown")) {
  const text = body.textContent;
  if (wantsColours(text)) await loadColours();
  body.textContent = "";
  paint(body, text);
}
