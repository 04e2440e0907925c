/**
 * Remembers which changes of limits the alarm processor made and which it refused. Folded from the topic `alarms`, in
 * any order.
 */
import type { CommandAnswer } from '../../../contracts/messages/alarms.ts';

/** Maximum number of answers. If there are more, the answer that came first is forgotten (ours). */
export const limitAnswersMax = 20_000;

export type LimitAnswer = Pick<CommandAnswer, 'accepted' | 'reason'>;
/** The answers by `commandId`. */
export type LimitAnswers = Map<string, LimitAnswer>;

export function foldLimitAnswer(answers: LimitAnswers, answer: CommandAnswer): void {
  const { commandId, type, accepted, reason } = answer;
  if (type !== 'set-limits' || answers.has(commandId)) return;
  answers.set(commandId, { accepted, ...(reason !== undefined && { reason }) });
  if (answers.size > limitAnswersMax) answers.delete(answers.keys().next().value!);
}

/**
 * Returns the command id in the detail of an audit record about a change of limits; undefined if the detail names no
 * command.
 */
export const commandOfDetail = (detail: string | undefined): string | undefined =>
  / command ([0-9a-f-]{8,64})$/.exec(detail ?? '')?.[1];
