/** One notice of the strip, with its text and a short text for a narrow window. */
import type { ComponentChildren } from 'preact';

type NoticeProps = {
  level: 'high' | 'medium';
  id: string;
  /** A button beside the text. With this button a person can solve the problem. */
  act?: ComponentChildren;
  /**
   * The text for the closed strip of a narrow window, which has no room for the whole text. The opened strip shows the
   * whole text.
   */
  shortText: string;
  /** Whether the short text has all facts of the text, so that nobody must open the strip. */
  isComplete?: boolean;
  children: ComponentChildren;
};

export function Notice({ level, id, act, shortText, isComplete, children }: NoticeProps) {
  return (
    <div class={`notice notice--${level}`} role="alert" data-testid={id}>
      <span class="notice__mark" aria-hidden="true">
        {level === 'high' ? '***' : '**'}
      </span>
      <p>
        <span class="notice__full">{children}</span>
        <span class={`notice__short${isComplete ? '' : ' notice__short--less'}`}>{shortText}</span>
      </p>
      {act}
    </div>
  );
}
