/**
 * Keeps the chosen language of a person in each way to reach the person. The delivery process cannot read the
 * preferences, so each entry of the topic `reach` has the language of its messages
 * (docs/decisions/092-message-language.md).
 */
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import type { PreferenceStore } from '../accounts/preferences.ts';
import type { DeliveriesFeed } from './deliveries-feed.ts';
import type { DeliveryWriter } from './delivery-writer.ts';

/** Pause between two looks, and before Vigil tries again to write an entry, ms (ours). */
const lookEveryMs = 5_000;

export type ReachLanguages = {
  /** Called when a person has chosen a language. */
  note(userId: string): void;
  close(): void;
};

/**
 * Gives each entry the chosen language of its person: once after the start, for choices from before an update, and
 * after each choice. A person without a choice keeps the language of the page that added the entry.
 */
export function keepReachLanguages(options: {
  readonly feed: Pick<DeliveriesFeed, 'board' | 'readReach'>;
  readonly writer: Pick<DeliveryWriter, 'writeReach' | 'reachTurns'>;
  readonly preferences: Pick<PreferenceStore, 'of'>;
  readonly logger: { warn(fields: object, text: string): void };
}): ReachLanguages {
  const { feed, writer, preferences, logger } = options;
  const { board } = feed;
  const pending = new Set<string>();
  let hasLookedAtAll = false;
  let isWorking = false;
  let hasFailed = false;
  let isClosed = false;

  const hasWrongLanguage = (entry: ReachEntry | undefined): entry is ReachEntry => {
    if (entry === undefined || entry.channel === 'webhook') return false;
    const { language } = preferences.of(entry.userId);
    return language !== undefined && language !== (entry.language ?? 'en');
  };

  /**
   * Writes the entries of a person. Reads an entry again directly before it writes the entry, so that a removed entry
   * does not come back.
   */
  const write = (userId: string) =>
    writer.reachTurns.run(userId, async () => {
      const own = [...board.entries.values()].filter((entry) => entry.userId === userId);
      for (const { reachId } of own.filter(hasWrongLanguage)) {
        await feed.readReach();
        const entry = board.entries.get(reachId);
        const { language } = preferences.of(userId);
        if (language !== undefined && hasWrongLanguage(entry)) await writer.writeReach(reachId, { ...entry, language });
      }
    });

  async function work(): Promise<void> {
    if (isWorking || isClosed || !board.isRead) return;
    isWorking = true;
    try {
      if (!hasLookedAtAll) for (const { userId } of board.entries.values()) pending.add(userId);
      hasLookedAtAll = true;
      for (const userId of pending) {
        if (isClosed) break;
        pending.delete(userId);
        await write(userId).catch((error) => {
          pending.add(userId);
          throw error;
        });
      }
      hasFailed = false;
    } catch (error) {
      if (!hasFailed)
        logger.warn(
          { error: (error as Error).message },
          'the language of messages to persons could not be written; it is tried again',
        );
      hasFailed = true;
    }
    isWorking = false;
  }

  const timer = runEvery('reach-languages', lookEveryMs, () => work());
  timer.unref();
  return {
    note(userId) {
      pending.add(userId);
      void work();
    },
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}
