/**
 * The records that the alarm processor writes to `alarms` beside the events. These records are for the screens. From
 * these records, the next owner of a partition reads the limits in force and the standby, for their revisions, and the
 * answers to commands.
 */
import type { CommandAnswer, LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { type ContentType, contentTypes } from '../../contracts/messages/records.ts';
import type { Scores } from '../../contracts/messages/scores.ts';

export type ScreenRecord =
  | { readonly type: 'command-answer'; readonly body: CommandAnswer }
  | { readonly type: 'limits-in-force'; readonly body: LimitsInForce }
  | { readonly type: 'standby'; readonly body: StandbyInForce }
  | { readonly type: 'scores'; readonly body: Scores };

const contentTypeOf = {
  'command-answer': contentTypes.commandAnswer,
  'limits-in-force': contentTypes.limitsInForce,
  standby: contentTypes.standby,
  scores: contentTypes.scores,
} as const satisfies Record<ScreenRecord['type'], ContentType>;

/** A record of `alarms`, ready to be sealed and appended. */
export type Outgoing = { readonly key: string; readonly contentType: ContentType; readonly body: object };

export function outgoingOf({ type, body }: ScreenRecord): Outgoing {
  return { key: body.associationId, contentType: contentTypeOf[type], body };
}

/** Returns whether a record of `alarms` is a screen record. Otherwise it is an event. */
export const isScreenRecord = (contentType: string): boolean =>
  (Object.values(contentTypeOf) as string[]).includes(contentType);
