/**
 * Text of a form that comes and goes: help while a person types, or a refusal. It keeps the room that it once took, so
 * that no button below it moves when it goes: a button that has just moved takes no press (`shell/guard.ts`).
 */
import { useRef } from 'preact/hooks';
import { Reserve } from './alarm-row.tsx';

type StillTextProps = {
  text: string | undefined;
  class?: string;
  role: 'status' | 'alert';
  id?: string;
  testId?: string;
  /** The longest texts that may come while a person types: their room is there from the start. */
  widest?: readonly string[];
};

/** This many texts keep their room; a form that shows more than these in turn has the room of the last ones. */
const keptMax = 8;

export function StillText({ text, widest = [], testId, ...props }: StillTextProps) {
  const shown = useRef<readonly string[]>([]);
  if (text && !shown.current.includes(text)) shown.current = [...shown.current, text].slice(-keptMax);
  return (
    <div class={`still ${props.class ?? ''}`}>
      <p role={props.role} id={props.id} data-testid={testId}>
        {text}
      </p>
      <Reserve class="still__room" words={[...new Set([...widest, ...shown.current])]} />
    </div>
  );
}

/** Why a form cannot be saved. */
export function FormProblem(props: Pick<StillTextProps, 'text' | 'id' | 'testId' | 'widest'>) {
  return <StillText {...props} class="form__problem" role="alert" />;
}
