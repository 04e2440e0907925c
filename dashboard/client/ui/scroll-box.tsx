/**
 * The part of a page that scrolls. It can have the focus, so that a person without a pointer can scroll with the arrow
 * keys.
 */
import type { ComponentChildren } from 'preact';

type ScrollBoxProps = { label: string; class?: string; children: ComponentChildren };

export function ScrollBox({ label, class: ownClass, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1 needs it, as axe-core's rule scrollable-region-focusable says.
    <section class={`sheet__scroll${ownClass ? ` ${ownClass}` : ''}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
