/** Follows a file that the operator edits. */
import { fileStamp } from './file-stamp.ts';
import { runEvery } from './timer-tasks.ts';

const checkEveryMs = 2_000;
/** After a fault, the file is read again at every fifth check (ours), even if it has not changed. */
const retryChecks = 5;

export type FollowedFile<Content> = {
  current(): Content;
  /** Reads the file now if it has changed, without waiting for the next check. */
  check(): void;
  close(): void;
};

/**
 * Reads a file, and reads it again when it changes. If a changed file is wrong, the former content stays, and `onFault`
 * gets the reason. `onFault` also gets an error of `onRead`, but then the new content is in use. After a fault the file
 * is read again even without a change, because the fault may have ended: for example, too many files were open.
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
  let fault: string | undefined;
  let checksSinceFault = 0;
  function check(): void {
    const stamp = fileStamp(path);
    const isChanged = stamp !== lastStamp;
    checksSinceFault += 1;
    if (!isChanged && (fault === undefined || checksSinceFault < retryChecks)) return;
    lastStamp = stamp;
    checksSinceFault = 0;
    try {
      content = read(path);
    } catch (error) {
      const { message } = error as Error;
      if (isChanged || message !== fault) onFault(message);
      fault = message;
      return;
    }
    fault = undefined;
    try {
      onRead(content);
    } catch (error) {
      onFault((error as Error).message);
    }
  }
  const timer = runEvery('follow-file', options.everyMs ?? checkEveryMs, check);
  timer.unref();
  return { current: () => content, check, close: () => clearInterval(timer) };
}
