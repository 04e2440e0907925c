/** Reads a file of the operator's when the server starts, and again whenever it changes. */
import { statSync } from 'node:fs';

const lookEveryMs = 2_000;

export type Followed<Content> = { current(): Content; close(): void };

/**
 * Reads the file, and again when it changes. If the content cannot be read, the former content stays.
 * @param read throws if the content is wrong; at the start its error is passed on
 */
export function followFile<Content>(options: {
  readonly path: string;
  readonly read: (path: string) => Content;
  readonly onRead: (content: Content) => void;
  readonly onFault: (message: string) => void;
  readonly everyMs?: number;
}): Followed<Content> {
  const { path, read, onRead, onFault } = options;
  // The stamp comes first: if somebody writes while we read, the file is read again.
  let seen = stampOf(path);
  let content = read(path);
  const timer = setInterval(() => {
    const stamp = stampOf(path);
    if (stamp === seen) return;
    seen = stamp;
    try {
      content = read(path);
      onRead(content);
    } catch (error) {
      onFault((error as Error).message);
    }
  }, options.everyMs ?? lookEveryMs);
  timer.unref();
  return { current: () => content, close: () => clearInterval(timer) };
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs}/${size}/${ino}`;
  } catch {
    return 'absent';
  }
}
