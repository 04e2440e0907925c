/** The health of this server, as the hub sends it to the screens. */
import type { DamageBook } from '../../../log/kafka/damage-book.ts';
import type { ClockStep } from '../../../process/system-clock.ts';
import { attemptEach, failingTasks } from '../../../process/timer-tasks.ts';
import type { Health } from '../../protocol/live.ts';
import { judgeHealth, noteRunning } from '../core/health.ts';
import { unseenAlarms } from '../core/screen.ts';
import type { Feed } from './feed.ts';

/** The tasks whose failure may leave something old on the screens. The other tasks are for operators only. */
const viewTasks = [
  ...['feed', 'feed-beds', 'feed-waves', 'notices', 'duties', 'notes', 'waves', 'numerics', 'heartbeats', 'health'],
  ...['unconfirmed', 'sound', 'deliveries', 'presence', 'shown-alarms', 'screen-beds'],
];

export function createHubHealth(options: {
  readonly feed: () => Feed;
  /** Returns the open screens. */
  readonly watched: () => Parameters<typeof unseenAlarms>[1];
  readonly unregistered: () => number;
  readonly clockStep: (() => ClockStep | undefined) | undefined;
  readonly damage: Pick<DamageBook, 'total' | 'lastAtMs'> | undefined;
  readonly canarySilentMs: number | undefined;
  readonly certificate: (() => Health['certificate']) | undefined;
  readonly now: () => number;
}) {
  const { feed, now } = options;
  return {
    health(): Health {
      noteRunning(feed().signs, now());
      const unregistered = options.unregistered();
      const certificate = options.certificate?.();
      const unseen = unseenAlarms(feed().state, options.watched(), (beds, work) =>
        attemptEach('screen-beds', beds, work),
      );
      const isFailing = failingTasks().some((task) => viewTasks.includes(task));
      return {
        ...judgeHealth(feed().signs, now(), options.clockStep?.(), options.damage, options.canarySilentMs),
        ...(isFailing && { failing: true }),
        ...(certificate && { certificate }),
        ...(unseen > 0 && { unseenAlarms: unseen }),
        ...(unregistered > 0 && { unregistered }),
      };
    },
    /** Judges only the signs of life, which is cheap. */
    judgeSigns() {
      noteRunning(feed().signs, now());
      return judgeHealth(feed().signs, now());
    },
  };
}
