/**
 * What all screens of one sending share: each text is made once, and not once for each screen. An alarm has the same
 * text on each screen that shows it.
 */
import type { DeliveryView } from '../../../contracts/messages/deliveries.ts';
import type { MyCall } from '../../protocol/delivery.ts';
import type { Viewer } from '../core/rights.ts';

/** The open calls of a person, and their JSON. */
export type SharedCalls = { readonly calls: readonly MyCall[]; readonly text: string };

export type SharedSending = {
  /** Returns the JSON of a delivery. */
  viewText(view: DeliveryView): string;
  callsOf(viewer: Viewer): SharedCalls;
  /** Must be called if other work may have run since the last screen: the calls of a person may have changed. */
  forgetCalls(): void;
};

/**
 * The texts are kept only for one sending, so they need no limit of their own: there are at most as many texts as
 * deliveries on the board.
 */
export function createSharedSending(callsOf: (viewer: Viewer) => MyCall[]): SharedSending {
  const viewTexts = new Map<DeliveryView, string>();
  const callsOfPersons = new Map<string, SharedCalls>();
  return {
    viewText(view) {
      const sharedText = viewTexts.get(view);
      if (sharedText !== undefined) return sharedText;
      const text = JSON.stringify(view);
      viewTexts.set(view, text);
      return text;
    },
    callsOf(viewer) {
      // The key has everything that decides what a person sees, because two screens of one person may have different
      // rights for a moment.
      const key = JSON.stringify(viewer);
      const existing = callsOfPersons.get(key);
      if (existing) return existing;
      const calls = callsOf(viewer);
      const shared = { calls, text: JSON.stringify(calls) };
      callsOfPersons.set(key, shared);
      return shared;
    },
    forgetCalls: () => callsOfPersons.clear(),
  };
}
