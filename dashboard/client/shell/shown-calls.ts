/** Finds out which calls the browser has painted on a visible part of the page. */

/** An element with this attribute shows these calls: their text, or a line that counts them. */
export const showsCalls = (callIds: readonly string[]) => ({ 'data-calls': callIds.join(' ') });

/** At least this part of an element must be visible. */
const visiblePartMin = 0.5;

/** Calls `done` with the ids of the calls that can be seen. The browser answers while it paints a frame. */
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
