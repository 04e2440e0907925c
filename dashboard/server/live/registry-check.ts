/**
 * Counts the accounts and devices at wards or beds that are not registered, and logs the first `namedMax` of them when
 * these change.
 */
import type { Logger } from 'pino';
import { visibleText } from '../../../contracts/text.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { LiveState } from '../core/state.ts';
import { findUnregistered } from '../core/wards.ts';
import type { Wards } from '../wards-file.ts';

const checkEveryMs = 5_000;
/** Maximum number of accounts and devices that a log line names; `count` counts all of them. */
const namedMax = 20;

export type RegistryCheck = {
  /** Returns the number of accounts and devices at wards or beds that are not registered. */
  count(): number;
  close(): void;
};

export function openRegistryCheck(options: {
  readonly wards: Pick<Wards, 'current'>;
  readonly accounts: Pick<Accounts, 'all'>;
  readonly state: Pick<LiveState, 'beds'>;
  readonly isReady: () => boolean;
  readonly logger: Logger;
  readonly everyMs?: number;
}): RegistryCheck {
  const { wards, accounts, state, isReady, logger } = options;
  let count = 0;
  let loggedText = '';

  function checkRegistry(): void {
    if (!isReady()) return;
    const unregisteredEntries = findUnregistered(wards.current(), accounts.all(), state);
    count = unregisteredEntries.length;
    const named = unregisteredEntries.slice(0, namedMax).map((entry) => {
      const bed = entry.what === 'device' ? ` bed ${visibleText(entry.bed)}` : '';
      return `${entry.what} ${visibleText(entry.id)}: ward ${visibleText(entry.ward)}${bed}`;
    });
    const text = named.join('; ');
    if (text === loggedText) return;
    loggedText = text;
    if (count === 0) logger.info('all accounts and devices are at registered wards and beds');
    else
      logger.warn(
        { count, unregistered: named },
        'accounts or devices are at wards or beds that are not registered: their alarms may reach nobody',
      );
  }

  const timer = runEvery('registry-check', options.everyMs ?? checkEveryMs, checkRegistry);
  timer.unref();
  return { count: () => count, close: () => clearInterval(timer) };
}
