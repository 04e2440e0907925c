/**
 * The notice about accounts and devices at wards and beds that are not registered. Shown only to accounts that may see
 * all wards.
 */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Places } from '../../protocol/devices.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { Notice } from './notice.tsx';

const namedMax = 3;

export function PlacesNotice() {
  const app = useApp();
  const count = app.screen.value?.health.unregistered ?? 0;
  const isOperator = app.session.value?.wards.includes('*') ?? false;
  const unregistered = useSignal<Places['unregistered']>([]);
  useEffect(() => {
    if (!isOperator || count === 0) return;
    void app.api.places().then((answer) => {
      if (answer.ok) unregistered.value = answer.data.unregistered;
    });
  }, [count, isOperator]);
  if (!isOperator || count === 0) return null;
  const named = unregistered.value.slice(0, namedMax);
  const unnamedCount = count - named.length;
  return (
    <Notice level="medium" id="notice-places" shortText={t('Tell the operator: some alarms may reach nobody.')}>
      {t('Not in the registry of wards and beds: {named}', {
        named: named
          .map(({ what, id, ward, bed }) => `${what} ${id} (${bed === undefined ? ward : `${ward} ${bed}`})`)
          .join(', '),
      })}
      {unnamedCount > 0 &&
        (named.length > 0 ? t(' and {more} more', { more: unnamedCount }) : t('{more} more', { more: unnamedCount }))}
      {t('. Their alarms may reach nobody: tell the operator.')}
    </Notice>
  );
}
