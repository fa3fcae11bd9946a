/**
 * The page as scatters and controls need it: its elements, its frames, its width, its printing.
 *
 * @module
 */

/** The element that a selector finds; the page is ours, so it is there. */
export function part<E extends Element>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (found === null) throw new Error(`Cannot start the page: no ${selector}`);
  return found;
}

/** A call that is made with the next frame, once, however often it is asked for until then. */
export function onNextFrame(call: () => void): () => void {
  let request = 0;
  return () => {
    cancelAnimationFrame(request);
    request = requestAnimationFrame(call);
  };
}

/** A call that is made once nobody has asked for it for some milliseconds. */
export function afterPause(milliseconds: number, call: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, milliseconds);
  };
}

/** Calls back whenever an element has got another width. */
export function onNewWidth(element: HTMLElement, call: () => void): void {
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    call();
  }).observe(element);
}

/** Calls back before the page is printed, and after. */
export function onPrint(before: () => void, after: () => void): void {
  globalThis.addEventListener("beforeprint", before);
  globalThis.addEventListener("afterprint", after);
}
