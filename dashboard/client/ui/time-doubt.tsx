/** The text of a form about a typed time that comes twice in a night, or that does not exist. */
import { fieldTimeDoubt } from '../core/time-fields.ts';
import { StillText } from './still-text.tsx';

/** @param fields values of `datetime-local` fields */
export function TimeDoubt({ fields }: { fields: readonly string[] }) {
  const texts = fields.map((field) => fieldTimeDoubt(field)?.text).filter((text) => text !== undefined);
  return (
    <StillText
      text={[...new Set(texts)].join(' ') || undefined}
      role="status"
      class="form__problem"
      testId="time-doubt"
    />
  );
}
