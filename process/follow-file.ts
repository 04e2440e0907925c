/** Follows a file that the operator edits. */
import { fileStamp } from './file-stamp.ts';

const checkEveryMs = 2_000;

export type FollowedFile<Content> = { current(): Content; close(): void };

/**
 * Reads a file, and reads it again when it changes. If a changed file is wrong, the former content stays, and `onFault` gets the reason.
 * @param read parses the file; throws if the content is wrong
 * @throws the error of `read`, only at the first reading
 */
export function followFile<Content>(options: {
  readonly path: string;
  readonly read: (path: string) => Content;
  readonly onRead: (content: Content) => void;
  readonly onFault: (message: string) => void;
  readonly everyMs?: number;
}): FollowedFile<Content> {
  const { path, read, onRead, onFault } = options;
  // The stamp is read before the file. So if somebody writes the file in between, the file is read again later.
  let lastStamp = fileStamp(path);
  let content = read(path);
  const timer = setInterval(() => {
    const stamp = fileStamp(path);
    if (stamp === lastStamp) return;
    lastStamp = stamp;
    try {
      content = read(path);
      onRead(content);
    } catch (error) {
      onFault((error as Error).message);
    }
  }, options.everyMs ?? checkEveryMs);
  timer.unref();
  return { current: () => content, close: () => clearInterval(timer) };
}
