/** Finds out which calls the browser has painted on a visible part of the page. */

/** Returns the attribute for an element that shows calls: the text of the calls, or a line with their number. */
export const showsCalls = (callIds: readonly string[]) => ({ 'data-calls': callIds.join(' ') });

/** An element counts as visible only if at least this part of it is visible. */
const visiblePartMin = 0.5;

/** Calls `done` with the ids of the calls that a person can see. The browser answers while it paints a frame. */
export function findShownCalls(done: (callIds: ReadonlySet<string>) => void): void {
  const found = [...document.querySelectorAll<HTMLElement>('[data-calls]')];
  if (found.length === 0) {
    done(new Set());
    return;
  }
  const observer = new IntersectionObserver((entries) => {
    observer.disconnect();
    const visible = entries.filter(
      ({ isIntersecting, intersectionRatio }) => isIntersecting && intersectionRatio >= visiblePartMin,
    );
    done(new Set(visible.flatMap(({ target }) => (target as HTMLElement).dataset.calls?.split(' ') ?? [])));
  });
  for (const element of found) observer.observe(element);
}
