/** The chat page: joins the conversation (chat-talk), what is drawn of it (chat-thread), the side and the field. */

import { send, toast } from "./base.js";
import { Composer } from "./chat-composer.js";
import { Follower } from "./chat-scroll.js";
import { Sentences } from "./chat-sentences.js";
import { Sidebar } from "./chat-sidebar.js";
import { Talk } from "./chat-talk.js";
import { Thread } from "./chat-thread.js";
import { copy } from "./clipboard.js";

const $ = (id) => document.getElementById(id);
const main = $("main");
const texts = JSON.parse(main.dataset.texts);
const siteName = document.title.split(" · ").at(-1);
const announcer = $("announcer");
const writing = new Map(); // conversations whose answer goes on while another one is shown

let talk;
let sentences = new Sentences();

const follower = new Follower($("scroller"), $("jump"));
const thread = new Thread($("messages"), texts, act);
const composer = new Composer($("composer"), { onSend: say, onStop: () => talk.stop() });
const sidebar = new Sidebar(texts, { opened: go, renamed, deleted });
thread.onGrown = () => follower.follow();

const told = {
  created(which) {
    writing.set(which.id, which);
    if (which !== talk) return;
    history.replaceState(null, "", `/c/${which.id}`);
    composer.rename(which.id);
    sidebar.mark(which.id);
  },
  changed(which) {
    if (which === talk) drawTalk();
  },
  grew(which, message) {
    if (which !== talk) return;
    thread.grow(message);
    announce(sentences.take(message.content));
  },
  ended(which, message) {
    writing.delete(which.id);
    sidebar.reload();
    if (which !== talk) return;
    thread.refresh(message);
    follower.follow();
    composer.busy(false);
    announce(sentences.rest(message.content) || texts[message.status] || "");
  },
};

function announce(text) {
  if (text) announcer.textContent = text;
}

function drawTalk() {
  const focused = document.activeElement;
  $("welcome").hidden = talk.path.length > 0;
  thread.draw(talk);
  if (focused !== document.body && !focused.checkVisibility()) $("messages").lastElementChild?.focus({ preventScroll: true });
  composer.busy(Boolean(talk.writing));
  $("title").textContent = talk.title || texts.newChat;
  document.title = `${$("title").textContent} · ${siteName}`;
  follower.follow();
}

function show(which) {
  talk = which;
  $("side").hidePopover?.();
  sidebar.mark(talk.id);
  thread.clear();
  drawTalk();
  follower.toEnd();
  composer.open(talk.id);
  watch(talk);
}

/** Read a conversation again until the answer that somebody else has asked for is complete. */
function watch(which) {
  if (which.isWrittenElsewhere) setTimeout(() => which === talk && load(which.id), 1500);
}

/** Open a conversation (null: a new one) without loading the page. */
async function load(id) {
  if (!id) return show(new Talk(undefined, told));
  try {
    show(writing.get(id) ?? new Talk(await fetchTalk(id), told));
  } catch {
    toast(texts.failed);
  }
}

async function fetchTalk(id) {
  const response = await send(`/chat/conversations/${id}`, { method: "GET" });
  return response.json();
}

async function go(id) {
  history.pushState(null, "", id ? `/c/${id}` : "/");
  await load(id);
  composer.focus();
}

async function say(text) {
  if (!talk.title) talk.title = text.slice(0, 60);
  sentences = new Sentences();
  if (talk.id) writing.set(talk.id, talk);
  follower.toEnd();
  await talk.send(text);
}

const acts = {
  copy: (message, button) => copy(message.content, button).then(() => announce(texts.copied)),
  again: (message) => {
    sentences = new Sentences();
    return talk.again(message);
  },
  previous: (message) => turn(message, -1),
  next: (message) => turn(message, +1),
  edit: (message) => edit(message),
};

function act(what, message, button) {
  if (!talk.writing || what === "copy") acts[what](message, button);
}

function turn(message, by) {
  const variants = talk.tree.variants(message);
  const other = variants[variants.indexOf(message) + by];
  talk.turnTo(other);
  const element = thread.elementOf(other);
  const button = element.querySelector(`[data-act="${by < 0 ? "previous" : "next"}"]`);
  (button.disabled ? element : button).focus();
}

function edit(message) {
  const element = thread.elementOf(message);
  const form = $("edit-form").content.firstElementChild.cloneNode(true);
  const field = form.querySelector("textarea");
  const close = () => {
    form.remove();
    element.classList.remove("editing");
    element.querySelector('[data-act="edit"]').focus();
  };
  field.value = message.content;
  element.classList.add("editing");
  element.append(form);
  field.focus();
  form.querySelector("[data-cancel]").addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    close();
    if (text) talk.send(text, message.parent_id ?? 0);
  });
}

function renamed(id, title) {
  if (id !== talk.id) return;
  talk.title = title;
  drawTalk();
}

function deleted(id) {
  if (id === talk.id) {
    talk.stop();
    history.pushState(null, "", "/");
    load(null);
  }
}

const shortcuts = {
  "alt+n": () => go(null),
  "alt+s": () => {
    if (matchMedia("(max-width: 800px)").matches) $("side").showPopover();
    $("search").focus();
  },
  escape: () => talk.writing && talk.stop(),
  "?": () => $("keys").showModal(),
  arrowup: () => {
    const mine = talk.path.filter((message) => message.role === "user").at(-1);
    if (mine && !talk.writing) edit(mine);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.matches("textarea, input");
  const emptyField = event.target.id === "field" && !event.target.value;
  // Alt changes the letter on some keyboards, so letters go by the place of the key
  const name = event.altKey ? `alt+${event.code.replace("Key", "").toLowerCase()}` : event.key.toLowerCase();
  if (name === "?" && typing) return;
  if (name === "arrowup" && !emptyField) return;
  if (name === "escape" && (event.target.closest(".edit, .talk-rename") || document.querySelector("[popover]:popover-open"))) return;
  if (!shortcuts[name]) return;
  event.preventDefault();
  shortcuts[name]();
});

document.addEventListener("click", (event) => {
  const opening = event.target.closest(".opening");
  if (opening) say(opening.textContent);
  const fresh = event.target.closest("[data-new]");
  if (fresh && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(null);
  }
});

$("show-keys").addEventListener("click", shortcuts["?"]);
addEventListener("popstate", () => load(location.pathname.match(/\/c\/(\w+)$/)?.[1] ?? null));

const stored = JSON.parse(main.dataset.talk);
show(new Talk(stored ?? undefined, told));
if (matchMedia("(pointer: fine)").matches) composer.focus();
