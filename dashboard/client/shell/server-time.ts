/** The server's time on this screen, from the times in the server's messages. */
import { createLead, remoteAt, sawNewRemote, sawRemote } from '../core/lead.ts';

/** @param steady this screen's clock, which is never set, ms */
export function createServerTime(steady: () => number) {
  let lead = createLead();
  /** The server process to which `lead` belongs. */
  let streamSeen: string | undefined;
  return {
    /** The server's time, ms since 1970; by this screen's own clock while no message has come. */
    now: () => remoteAt(lead, steady()) ?? Date.now(),

    /**
     * Takes the time in a message that has just come.
     * @param stream the server process that sent it, if the message names it
     * @param hasWaited whether it may have waited in this page: then it proves nothing about the way, and must not
     *   count as the quickest
     */
    saw(atMs: number, stream: string | undefined, hasWaited: boolean): void {
      if (stream !== undefined && stream !== streamSeen) sawNewRemote(lead, atMs, steady());
      streamSeen = stream ?? streamSeen;
      if (!hasWaited || remoteAt(lead, steady()) === undefined) sawRemote(lead, atMs, steady());
    },

    /** Forgets the server's time: the next messages may come from another server. */
    forget(): void {
      lead = createLead();
    },
  };
}
