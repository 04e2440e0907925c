/**
 * The fields of forms. A field shows `value`, and calls `onValue` when a person changes the value. The form stores the
 * draft. The fields do not use `defaultValue`, because Preact ignores this property on a select box and would show the
 * first option.
 */
type FieldProps = { label: string; name: string; value: string; onValue: (value: string) => void };

export function TextField(props: FieldProps & { maxLength: number; placeholder?: string; autoFocus?: boolean }) {
  const { label, onValue, ...rest } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <input {...rest} onInput={(event) => onValue(event.currentTarget.value)} />
    </label>
  );
}

/** A field for a text of some lines. */
export function LongTextField(props: FieldProps & { autoFocus?: boolean }) {
  const { label, onValue, ...rest } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <textarea {...rest} rows={4} onInput={(event) => onValue(event.currentTarget.value)} />
    </label>
  );
}

/**
 * A select box. If the value is not one of the options, the box has a further option with this value, so that it always
 * shows the real value.
 */
export function ChoiceField(props: FieldProps & { options: readonly { value: string; text: string }[] }) {
  const { label, name, value, options, onValue } = props;
  const shownOptions = options.some((option) => option.value === value)
    ? options
    : [{ value, text: value }, ...options];
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {shownOptions.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Confirm(props: { text: string; checked: boolean; onChecked: (checked: boolean) => void }) {
  return (
    <label class="field field--inline">
      <input
        type="checkbox"
        data-testid="associate-confirm"
        checked={props.checked}
        onChange={(event) => props.onChecked(event.currentTarget.checked)}
      />
      <span>{props.text}</span>
    </label>
  );
}
