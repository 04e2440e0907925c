/** Two fields for the reason and the length of a standby, or of a time in which alarm limits are off. */
import type { Signal } from '@preact/signals';
import { t } from '../core/texts.ts';
import { ChoiceField, TextField } from './fields.tsx';

type ReasonForProps = {
  /** Names of the two fields. */
  names: { reason: string; time: string };
  label: string;
  maxLength: number;
  reason: Signal<string>;
  time: Signal<string>;
  times: readonly { value: string; text: string }[];
  onEdit: () => void;
};

export function ReasonFor({ names, label, maxLength, reason, time, times, onEdit }: ReasonForProps) {
  const set = (field: Signal<string>) => (value: string) => {
    field.value = value;
    onEdit();
  };
  return (
    <>
      <TextField name={names.reason} label={label} maxLength={maxLength} value={reason.value} onValue={set(reason)} />
      <ChoiceField name={names.time} label={t('For')} value={time.value} options={times} onValue={set(time)} />
    </>
  );
}
