/**
 * A field for a date and a time. The browser writes the value in the form of its own language: `03/04/2026` may be in
 * March or in April. So the label shows the value again, as all times of the page are written.
 */
import { fieldText } from '../core/time-fields.ts';

type TimeFieldProps = {
  label: string;
  value: string;
  class?: string;
  name?: string;
  min?: string;
  max?: string;
  'data-testid'?: string;
  onInput?: (event: { readonly currentTarget: HTMLInputElement }) => void;
  onChange?: (event: { readonly currentTarget: HTMLInputElement }) => void;
};

export function TimeField({ label, value, class: extraClass, ...input }: TimeFieldProps) {
  return (
    <label class={`field ${extraClass ?? ''}`}>
      <span>
        {label} {/* A screen reader reads the parts of the field, so it need not read the value twice. */}
        <span class="field__time" aria-hidden="true">
          {fieldText(value)}
        </span>
      </span>
      <input {...input} type="datetime-local" value={value} />
    </label>
  );
}
