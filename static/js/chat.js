/** The chat page: joins the conversation (chat-talk), what is drawn of it (chat-thread), the side and the field. */

import { send, toast } from "./base.js";
import { Composer } from "./chat-composer.js";
import { openEditor } from "./chat-edit.js";
import { listen } from "./chat-keys.js";
import { judge } from "./chat-opinion.js";
import { Person } from "./chat-person.js";
import { fitAboveKeyboard, Follower } from "./chat-scroll.js";
import { announce, Sentences } from "./chat-sentences.js";
import { Share } from "./chat-share.js";
import { Sidebar } from "./chat-sidebar.js";
import { toggleSources } from "./chat-sources.js";
import { Talk } from "./chat-talk.js";
import { Thread } from "./chat-thread.js";
import { copy } from "./clipboard.js";

const $ = (id) => document.getElementById(id);
const main = $("main");
const texts = JSON.parse(main.dataset.texts);
const siteName = document.title.split(" · ").at(-1);
const writing = new Map(); // conversations whose answer goes on while another one is shown
const otherTabs = new BroadcastChannel("chat");
const finePointer = matchMedia("(pointer: fine)").matches; // else a keyboard would come up over the page

let talk;
let turns = 0; // how often a conversation was asked for
let sentences = new Sentences();

const follower = new Follower($("scroller"), $("jump"));
const thread = new Thread($("messages"), texts, act);
const composer = new Composer($("composer"), { onSend: say, onStop: () => talk.stop() });
const share = new Share(texts, sharedBy);
const sidebar = new Sidebar(texts, { opened: go, renamed, deleted, share: openShare });
const person = new Person(texts, { arrived, asked: () => composer.focus(), focus: () => composer.focus() });
thread.onGrown = () => follower.follow();
thread.onFailed = () => toast(texts.notRead);

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
    otherTabs.postMessage(which.id);
    if (which !== talk) return;
    thread.refresh(message);
    follower.follow();
    composer.busy(false);
    announce(sentences.rest(message.content) || texts[message.status] || "");
  },
};

function drawTalk() {
  const focused = document.activeElement;
  $("welcome").hidden = talk.path.length > 0;
  thread.draw(talk);
  if (focused !== document.body && !focused.checkVisibility()) $("messages").lastElementChild?.focus({ preventScroll: true });
  composer.busy(Boolean(talk.writing));
  name(talk.title);
  follower.follow();
}

function name(title, sign = "") {
  $("title").textContent = title || texts.newChat;
  document.title = `${sign}${$("title").textContent} · ${siteName}`;
}

function show(which) {
  talk = which;
  if ($("side").matches(":popover-open")) $("side").hidePopover();
  sidebar.mark(talk.id);
  thread.clear();
  drawTalk();
  follower.toEnd();
  composer.open(talk.id);
  person.show(talk);
  watch(talk);
}

/** Read a conversation again until the answer that somebody else has asked for is complete. */
function watch(which) {
  if (which.isWrittenElsewhere) setTimeout(() => which === talk && !talk.writing && load(which.id), 1500);
}

/** Open a conversation (null: a new one) without loading the page. Of two that are asked for, the later one is shown. */
async function load(id) {
  const turn = ++turns;
  try {
    const found = id && (writing.get(id) ?? new Talk(await fetchTalk(id), told));
    if (turn === turns) show(found ?? new Talk(undefined, told));
  } catch {
    toast(texts.notRead);
  }
}

async function fetchTalk(id) {
  const response = await send(`/chat/conversations/${id}`, { method: "GET" });
  return response.json();
}

/** Open a conversation from the list, at `messageId` if something was looked for and found there. */
async function go(id, messageId) {
  history.pushState(null, "", id ? `/c/${id}` : "/");
  await load(id);
  const message = talk.tree.get(messageId);
  if (message) {
    talk.turnTo(message);
    follower.letGo();
    await thread.reveal(message).catch(thread.onFailed);
  } else if (finePointer) composer.focus();
  else $("scroller").focus();
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
  continue: (message) => {
    sentences = new Sentences(message.content.length);
    return talk.goOn(message);
  },
  previous: (message) => turn(message, -1),
  next: (message) => turn(message, +1),
  edit: (message) =>
    openEditor(thread.elementOf(message), message.content, {
      isReady: () => !talk.writing,
      onSend: (text) => talk.send(text, message.parent_id ?? 0),
    }),
  judge: (message, button) => judge(talk, message, button, texts),
  sources: toggleSources,
};
const HARMLESS = ["copy", "sources"]; // can be done while an answer is written

function act(what, message, button) {
  if (!talk.writing || HARMLESS.includes(what)) acts[what](message, button);
}

function turn(message, by) {
  const variants = talk.tree.variants(message);
  const other = variants[variants.indexOf(message) + by];
  talk.turnTo(other);
  const element = thread.elementOf(other);
  const button = element.querySelector(`[data-act="${by < 0 ? "previous" : "next"}"]`);
  (button.disabled ? element : button).focus();
}

/** News from a person, or that they have left. */
function arrived(messages, left) {
  for (const message of messages) announce(`${message.name ?? ""}: ${message.content}`);
  if (left) {
    announce(texts.personLeft);
    toast(texts.personLeft);
  }
  if (!messages.length) return;
  watch(talk);
  sidebar.reload();
  if (document.hidden) name(talk.title, "● ");
}

function renamed(id, title) {
  otherTabs.postMessage(id);
  if (id !== talk.id) return;
  talk.title = title;
  name(title);
}

function deleted(id) {
  if (id !== talk.id) return;
  talk.stop();
  history.pushState(null, "", "/");
  load(null);
}

function openShare(entry) {
  share.open(entry.id, entry.shared, entry.id === talk.id && talk.leaf > 0 ? talk.leaf : undefined);
}

function sharedBy() {
  sidebar.reload();
}

listen({
  "alt+n": () => go(null),
  "alt+s": () => {
    if (matchMedia("(max-width: 56rem)").matches) $("side").showPopover();
    $("search").focus();
  },
  "alt+k": () => $("keys").showModal(),
  escape: () => (talk.writing ? talk.stop() : false),
  arrowup: () => {
    const mine = talk.path.filter((message) => message.role === "user").at(-1);
    if (!mine || talk.writing) return false;
    acts.edit(mine);
  },
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

$("show-keys").addEventListener("click", () => $("keys").showModal());
addEventListener("popstate", () => load(location.pathname.match(/\/c\/(\w+)$/)?.[1] ?? null));
document.addEventListener("visibilitychange", () => document.hidden || name(talk.title));
otherTabs.addEventListener("message", ({ data }) => {
  sidebar.reload();
  if (data === talk.id && !talk.writing && !document.querySelector(".edit, .opinion")) load(data);
});

fitAboveKeyboard(document.body);
const stored = JSON.parse(main.dataset.talk);
show(new Talk(stored ?? undefined, told));
if (finePointer) composer.focus();
