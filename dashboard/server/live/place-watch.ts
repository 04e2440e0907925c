/** Counts the accounts and devices at wards or beds that are not registered, and logs them when they change. */
import type { Logger } from 'pino';
import { visibleText } from '../../../contracts/text.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { LiveState } from '../core/state.ts';
import { unregistered } from '../core/wards.ts';
import type { Wards } from '../wards-file.ts';

const lookEveryMs = 5_000;
/** A log line names this many of them; `count` has the number of all. */
const namedMax = 20;

export type PlaceWatch = {
  /** Returns the number of accounts and devices at wards or beds that are not registered. */
  count(): number;
  close(): void;
};

export function watchPlaces(options: {
  readonly wards: Pick<Wards, 'current'>;
  readonly accounts: Pick<Accounts, 'all'>;
  readonly state: Pick<LiveState, 'beds'>;
  readonly isReady: () => boolean;
  readonly logger: Logger;
  readonly everyMs?: number;
}): PlaceWatch {
  const { wards, accounts, state, isReady, logger } = options;
  let count = 0;
  let loggedText = '';

  function look(): void {
    if (!isReady()) return;
    const unregisteredPlaces = unregistered(wards.current(), accounts.all(), state);
    count = unregisteredPlaces.length;
    const named = unregisteredPlaces.slice(0, namedMax).map((place) => {
      const bed = place.what === 'device' ? ` bed ${visibleText(place.bed)}` : '';
      return `${place.what} ${visibleText(place.id)}: ward ${visibleText(place.ward)}${bed}`;
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

  const timer = setInterval(look, options.everyMs ?? lookEveryMs);
  timer.unref();
  return { count: () => count, close: () => clearInterval(timer) };
}
