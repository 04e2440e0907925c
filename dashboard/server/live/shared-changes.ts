/**
 * The changes that all screens of one sending share. Screens of one person need the same changes if they have the same
 * scope and got the same last message. The server computes these changes and their text once, and not once for each
 * screen.
 */
import { noteTaskFailure } from '../../../process/timer-tasks.ts';
import type { Delta } from '../../protocol/live.ts';
import type { Viewer } from '../core/rights.ts';
import { type Changes, changesSince, type Scope } from '../core/screen.ts';
import type { LiveState } from '../core/state.ts';

export type SharedChanges = {
  /** Returns the changes since a number; undefined if the screen needs a snapshot (core/screen.ts, `changesSince`). */
  since(viewer: Viewer, scope: Scope, changeNo: number): Changes | undefined;
  /** Returns the message with the changes. */
  textOf(head: Pick<Delta, 'prev' | 'n' | 'at'>, changes: Changes): string;
};

/**
 * Creates the shared changes of one sending. They are valid only until the state changes, so each sending needs new
 * shared changes.
 * @param compute computes the changes of one screen
 */
export function createSharedChanges(compute: SharedChanges['since']): SharedChanges {
  const computed = new Map<string, { readonly changes: Changes | undefined }>();
  const texts = new Map<Changes, string>();
  return {
    since(viewer, scope, changeNo) {
      // The key has everything that decides what a screen gets, because two screens of one person may have different
      // rights for a moment.
      const key = JSON.stringify([viewer, scope, changeNo]);
      const found = computed.get(key) ?? { changes: compute(viewer, scope, changeNo) };
      computed.set(key, found);
      return found.changes;
    },
    textOf(head, changes) {
      const type: Delta['type'] = 'delta';
      const members = texts.get(changes) ?? JSON.stringify(changes).slice(1);
      texts.set(changes, members);
      return `${JSON.stringify({ type, ...head }).slice(0, -1)},${members}`;
    },
  };
}

/** Notes an error about one bed. While it lasts, all screens say that a part of Vigil fails. */
export const noteBedError = (error: unknown): void => noteTaskFailure('screen-beds', error);

/** Returns the shared changes for a sending of the present state. */
export function newSharedChanges(state: LiveState): SharedChanges {
  return createSharedChanges((viewer, scope, changeNo) => changesSince(state, viewer, scope, changeNo, noteBedError));
}
