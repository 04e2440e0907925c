/**
 * The answer to `GET /api/alarms/:alarmId/explain`: what happened to an alarm. The parts of the answer are in
 * contracts/explain/.
 */
import { Type } from 'typebox';
import type { Explanation } from '../../contracts/explain/explain.ts';

export const AlarmParams = Type.Object(
  { alarmId: Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' }) },
  { additionalProperties: false },
);

/**
 * The parts of the answer have types but no schema, because only the server writes an answer. Times are ms since 1970.
 */
export const ExplanationAnswer = Type.Unsafe<Explanation>(
  Type.Object({ alarmId: Type.String() }, { additionalProperties: true }),
);
export type ExplanationAnswer = Explanation;
