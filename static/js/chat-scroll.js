/** What is to be seen: follows the newest words while the reader is at the end, and only then. */

const NEAR = 48; // pixels from the end that still count as being there

export class Follower {
  #following = true;

  /** @param scroller the scrolling element  @param jump the button “to the latest” */
  constructor(scroller, jump) {
    this.scroller = scroller;
    this.jump = jump;
    this.last = 0;
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    jump.addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => this.follow()).observe(scroller);
  }

  /** Call after the content grew. */
  follow() {
    if (this.#following) this.toEnd();
    else this.#showJump();
  }

  /** Stay where the reader is, as after scrolling up. */
  letGo() {
    this.#following = false;
  }

  toEnd(smoothly = false) {
    this.#following = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smoothly && !calm ? "smooth" : "instant" });
    this.jump.hidden = true;
  }

  // Only a movement upwards lets go: content that grows also changes the distance to the end.
  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const distance = scrollHeight - scrollTop - clientHeight;
    if (distance < NEAR) this.#following = true;
    else if (scrollTop < this.last) this.#following = false;
    this.last = scrollTop;
    this.#showJump();
  }

  #showJump() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.jump.hidden = this.#following || scrollHeight - scrollTop - clientHeight < NEAR;
  }
}

/** iOS lays its keyboard over the page instead of making the window smaller: keep `body` as tall as what is left. */
export function fitAboveKeyboard(body) {
  visualViewport.addEventListener("resize", () => {
    body.style.blockSize = visualViewport.scale === 1 ? `${visualViewport.height}px` : "";
  });
}
