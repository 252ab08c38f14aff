/** The inbox: looks again when somebody new may wait. */

const EVERY = 15_000; // ms

setInterval(async () => {
  if (document.hidden) return;
  const response = await fetch(location.href).catch(() => null); // the next look may find the server again
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const selector of [".tabs", ".inbox-list, .empty"]) {
    const [old, now] = [document, fresh].map((page) => page.querySelector(`main ${selector}`));
    if (old && now && old.innerHTML !== now.innerHTML && !old.contains(document.activeElement)) old.replaceWith(now);
  }
}, EVERY);
