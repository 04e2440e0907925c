/**
 * The delivery of an alarm. The row of the alarm has a line about the delivery, which opens the list of all calls. A
 * tile has a shorter line.
 */
import { useComputed } from '@preact/signals';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { callLines, deliveryLine, roundNote, tileDeliveryLine } from '../core/delivery-words.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';

/** The line in the row of an alarm. A press opens the list of all calls with their times. */
export function DeliveryDetails({ alarm }: { alarm: Alarm }) {
  const app = useApp();
  const view = app.delivery.views.value.get(alarm.alarmId);
  const now = app.now.value;
  const line = view && deliveryLine(view, now, alarm.signal === 'latched');
  if (!view || !line) return null;
  const calls = callLines(view, now);
  const note = roundNote(view);
  return (
    <details class={`delivery${line.isBad ? ' is-bad' : ''}`} data-testid={`delivery-${alarm.alarmId}`}>
      <summary class="delivery__line" data-acts-on={`delivery ${alarm.alarmId}`}>
        <span class="delivery__text" title={line.text} data-may-shorten>
          {line.text}
        </span>
      </summary>
      {calls.length === 0 && <p class="dim">{t('No call yet.')}</p>}
      {note !== undefined && <p class="dim">{note}</p>}
      <ol class="delivery__calls">
        {calls.map(({ key, text, stages }) => (
          <li key={key}>
            {text}
            {stages.length > 0 && <span class="dim"> ({stages.join(', ')})</span>}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** The line about the delivery on a tile. It is a part of the alarm line. */
export function TileDelivery({ alarm }: { alarm: Alarm }) {
  const app = useApp();
  const view = app.delivery.views.value.get(alarm.alarmId);
  const now = app.now.value;
  const line = tileDeliveryLine(view, now);
  if (!view || !line) return null;
  return (
    <span
      class={`tile__remark tile__delivery${line.isBad ? ' is-bad' : ''}`}
      title={deliveryLine(view, now)?.text}
      data-testid="tile-delivery"
    >
      {line.text}
    </span>
  );
}

/**
 * Returns a list with the longest text that the line on a tile can have until the delivery changes. The list is empty
 * if there is no line.
 */
export function useTileDeliveryRoom(alarm: Alarm | undefined): readonly string[] {
  const app = useApp();
  const alarmId = alarm?.alarmId;
  // A tile is drawn again only when this text changes, and not after each change of a delivery in the ward.
  const room = useComputed(() => {
    const view = alarmId === undefined ? undefined : app.delivery.views.value.get(alarmId);
    return tileDeliveryLine(view, 0)?.text.replace(/\d+ s$/, '000 s');
  });
  return room.value === undefined ? [] : [room.value];
}
