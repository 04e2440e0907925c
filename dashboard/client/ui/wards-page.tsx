/**
 * The overview of the wards, for people in charge. It has a card for each ward that the person may see. The ward with
 * the most serious alarm comes first.
 */
import { priorities } from '../../../contracts/priorities.ts';
import type { WardCard } from '../../protocol/ward-overview.ts';
import { noFilters } from '../core/alarm-filters.ts';
import { priorityMarks } from '../core/alarm-order.ts';
import { priorityNames } from '../core/name-words.ts';
import { formatRoute } from '../core/routes.ts';
import { t } from '../core/texts.ts';
import { cardLines, compareCards, overviewFaults, overviewOldMs } from '../core/ward-overview-words.ts';
import { inZoneOf } from '../core/zones.ts';
import { useApp } from '../shell/app.ts';
import { AlarmPanel } from './alarm-panel.tsx';
import { useKeptOrder } from './kept-order.ts';
import { useRefreshed } from './refreshed.ts';
import { ScrollBox } from './scroll-box.tsx';

const refreshMs = 3_000;

export function WardsPage() {
  const app = useApp();
  const { data, problem } = useRefreshed(app.api.wardOverview, () => refreshMs);
  const overview = data.value;
  const nowMs = app.now.value;
  const faults = overview ? overviewFaults(overview, problem.value, nowMs) : [];
  const isOld =
    overview !== undefined && (overview.kafka === 'away' || nowMs - Date.parse(overview.at) > overviewOldMs);
  return (
    <div class="ward">
      <main class="sheet" id="main" tabIndex={-1} data-testid="wards-page">
        <div class="sheet__head">
          <h1>{t('Wards')}</h1>
          {overview && !isOld && <span class="dim">{t('Shows the present. The most serious ward is first.')}</span>}
        </div>
        {!overview && problem.value && (
          <p class="form__problem" role="alert" data-testid="wards-error">
            {problem.value}
          </p>
        )}
        <div role="status" class="wards__faults">
          {faults.map((fault) => (
            <p key={fault.slice(0, 12)} class="is-refused" data-testid="wards-fault">
              {fault}
            </p>
          ))}
        </div>
        <ScrollBox label={t('Wards')}>
          {!overview && !problem.value && <p class="dim sheet__none">{t('Loading …')}</p>}
          {overview?.wards.length === 0 && (
            <p class="dim sheet__none" data-testid="wards-empty">
              {t('Your account has no ward.')}
            </p>
          )}
          {overview && overview.wards.length > 0 && <Cards cards={overview.wards} isOld={isOld} nowMs={nowMs} />}
        </ScrollBox>
      </main>
      <AlarmPanel />
    </div>
  );
}

function Cards({ cards, isOld, nowMs }: { cards: readonly WardCard[]; isOld: boolean; nowMs: number }) {
  const { rows, on } = useKeptOrder(cards.toSorted(compareCards(nowMs)), ({ ward }) => ward);
  return (
    <ul class={`wards${isOld ? ' is-old' : ''}`} {...on}>
      {rows.map((card) => (
        <Card key={card.ward} card={card} nowMs={nowMs} />
      ))}
    </ul>
  );
}

function Card({ card, nowMs }: { card: WardCard; nowMs: number }) {
  const { ward } = card;
  return (
    <li class="wards__card" data-testid={`ward-card-${ward}`}>
      <h2>{ward}</h2>
      <AlarmCounts card={card} />
      <dl class="wards__lines">
        {inZoneOf(card.ward, () => cardLines(card, nowMs)).map(({ label, text, state }) => (
          <div key={label} data-state={state}>
            <dt>{label}</dt>
            <dd class={state === 'bad' ? 'is-refused' : state === 'unknown' ? 'dim' : undefined}>{text}</dd>
          </div>
        ))}
      </dl>
      <Links ward={ward} />
    </li>
  );
}

/**
 * The numbers of unanswered alarms and of present alarms of each priority. The numbers do not flash, because the tiles
 * and the list flash.
 */
function AlarmCounts({ card: { ward, unanswered, present } }: { card: WardCard }) {
  return (
    <table class="wards__alarms" aria-label={t('Alarms of {ward}', { ward })}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t('unanswered')}</th>
          <th scope="col">{t('present')}</th>
        </tr>
      </thead>
      <tbody>
        {priorities.map((priority) => (
          <tr key={priority} data-testid={`ward-alarms-${priority}`}>
            <th scope="row">
              <span aria-hidden="true">{priorityMarks[priority]}</span> {priorityNames[priority]}
            </th>
            <td>
              <span class={`count count--${priority}${unanswered[priority] > 0 ? '' : ' is-none'}`}>
                {unanswered[priority]}
              </span>
            </td>
            <td>{present[priority]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Links({ ward }: { ward: string }) {
  const app = useApp();
  const links = [
    { text: t('Beds'), href: formatRoute({ page: 'ward', ward }) },
    { text: t('Shift'), href: formatRoute({ page: 'shift', ward }) },
    ...(app.may('take-duty') ? [{ text: t('Assignments'), href: formatRoute({ page: 'assignments', ward }) }] : []),
    ...(app.may('associate-device') ? [{ text: t('Devices'), href: formatRoute({ page: 'devices', ward }) }] : []),
    { text: t('Alarm history'), href: formatRoute({ page: 'alarms', ward, filters: noFilters }) },
  ];
  return (
    <nav class="wards__links" aria-label={t('Pages of {ward}', { ward })}>
      {links.map(({ text, href }) => (
        <a key={text} class="button button--small" href={href}>
          {text}
        </a>
      ))}
    </nav>
  );
}
