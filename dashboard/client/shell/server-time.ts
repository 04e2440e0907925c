/** Estimates the server's time from the times in the server's messages. */
import { createLead, remoteAt, updateLead, updateLeadFromNewProcess } from '../core/lead.ts';

/** @param steady the screen's clock, which is never set, ms */
export function createServerTime(steady: () => number) {
  let lead = createLead();
  /** The server process to which `lead` belongs. */
  let lastStream: string | undefined;
  return {
    /** Returns the server's time, ms since 1970. Until the first message has come, returns the time of the screen. */
    now: () => remoteAt(lead, steady()) ?? Date.now(),

    /**
     * Updates the estimate with the time in a message that has just been read.
     * @param stream the server process that sent the message, if the message names it
     * @param hasWaited whether the message may have waited in this page. The delay of such a message is unknown, so the
     * message is used only if there is no estimate yet.
     * @returns whether a new server process has sent the message. The settings of a new process may differ.
     */
    update(atMs: number, stream: string | undefined, hasWaited: boolean): boolean {
      const isOther = stream !== undefined && stream !== lastStream;
      const isNewProcess = isOther && lastStream !== undefined;
      if (isOther) updateLeadFromNewProcess(lead, atMs, steady());
      lastStream = stream ?? lastStream;
      if (!hasWaited || remoteAt(lead, steady()) === undefined) updateLead(lead, atMs, steady());
      return isNewProcess;
    },

    /** Drops the estimate, because the next messages may come from a different server. */
    forget(): void {
      lead = createLead();
    },
  };
}
