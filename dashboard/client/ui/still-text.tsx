/**
 * A text that appears and disappears in a form, for example a help text while a person types, or a refusal. When the
 * text disappears, its room stays empty, so that no button below moves. A button that has just moved does not react
 * (`shell/guard.ts`).
 */
import { useRef } from 'preact/hooks';
import { Reserve } from './alarm-row.tsx';

type StillTextProps = {
  text: string | undefined;
  class?: string;
  role: 'status' | 'alert';
  id?: string;
  testId?: string;
  /** The longest texts that may come while a person types. The form has room for them from the start. */
  widest?: readonly string[];
};

/** Maximum number of former texts whose room stays reserved. */
const formerTextsMax = 8;

export function StillText({ text, widest = [], testId, ...props }: StillTextProps) {
  const formerTexts = useRef<readonly string[]>([]);
  if (text && !formerTexts.current.includes(text))
    formerTexts.current = [...formerTexts.current, text].slice(-formerTextsMax);
  return (
    <div class={`still ${props.class ?? ''}`}>
      <p role={props.role} id={props.id} data-testid={testId}>
        {text}
      </p>
      <Reserve class="still__room" texts={[...new Set([...widest, ...formerTexts.current])]} />
    </div>
  );
}

/** The text that says why a form cannot be saved. */
export function FormProblem(props: Pick<StillTextProps, 'text' | 'id' | 'testId' | 'widest'>) {
  return <StillText {...props} class="form__problem" role="alert" />;
}
