function homegrown(config) {
  // Shown by web/widget.py with its config on other people's pages: a shadow root keeps their styles out and ours in.
  const host = document.createElement("homegrown-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // a <style> would need the page's permission (its content security policy)
  sheet.replaceSync(`
    :host { all: initial !important; display: contents !important; }
    button { position: fixed; z-index: 2147483000; inset-block-end: 20px; ${config.side}: 20px; display: flex; gap: 10px; align-items: center;
      min-height: 52px; max-width: calc(100vw - 40px); padding: 0 20px; border: 0; border-radius: 99px; background: ${config.colour}; color: ${config.ink};
      font: 600 15px/1.3 system-ui, sans-serif; box-shadow: 0 4px 20px rgb(0 0 0 / 25%); cursor: pointer; }
    button:focus-visible { outline: 3px solid ${config.ink}; outline-offset: -6px; }
    svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; flex: none; }
    iframe { position: fixed; z-index: 2147483001; inset-block-end: 20px; ${config.side}: 20px; width: 400px; height: min(680px, calc(100dvh - 40px));
      border: 0; border-radius: 16px; background: Canvas; color-scheme: light dark; box-shadow: 0 12px 48px rgb(0 0 0 / 30%); }
    [hidden] { display: none; }
    @media (max-width: 520px) { iframe { inset: 0; width: 100%; height: 100dvh; border-radius: 0; } }`);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M20 11.5a7.5 7.5 0 0 1-11 6.6L4 19.5l1.4-4.4A7.5 7.5 0 1 1 20 11.5z"/></svg>';
  button.append(config.label);
  button.setAttribute("aria-expanded", "false");
  let frame = null;

  function open() {
    if (!frame) {
      frame = document.createElement("iframe"); // only now: a page that nobody chats on loads nothing more
      frame.title = config.title;
      frame.src = config.frame;
      frame.allow = "clipboard-write";
      root.append(frame);
    }
    show(true);
    frame.focus();
  }

  function show(yes) {
    frame.hidden = !yes;
    button.hidden = yes;
    button.setAttribute("aria-expanded", String(yes));
  }

  button.addEventListener("click", open);
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.data !== "homegrown:close") return;
    show(false);
    button.focus();
  });
  root.append(button);
  const attach = () => document.body.append(host);
  if (document.body) attach();
  else addEventListener("DOMContentLoaded", attach);
}
