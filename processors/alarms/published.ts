/** What the alarm processor writes to `alarms` beside the events. It is for the screens. The next owner of a partition computes it anew. */
import type { CommandAnswer, LimitsInForce, StandbyInForce } from '../../contracts/messages/alarms.ts';
import { type ContentType, contentTypes } from '../../contracts/messages/records.ts';
import type { Scores } from '../../contracts/messages/scores.ts';

export type Published =
  | { readonly type: 'command-answer'; readonly body: CommandAnswer }
  | { readonly type: 'limits-in-force'; readonly body: LimitsInForce }
  | { readonly type: 'standby'; readonly body: StandbyInForce }
  | { readonly type: 'scores'; readonly body: Scores };

const publishedAs = {
  'command-answer': contentTypes.commandAnswer,
  'limits-in-force': contentTypes.limitsInForce,
  standby: contentTypes.standby,
  scores: contentTypes.scores,
} as const satisfies Record<Published['type'], ContentType>;

/** A record of `alarms`. */
export type Outgoing = { readonly key: string; readonly contentType: ContentType; readonly body: object };

export function outgoing({ type, body }: Published): Outgoing {
  return { key: body.associationId, contentType: publishedAs[type], body };
}

/** Returns whether a record of `alarms` is one of these and not an event. */
export const isPublished = (contentType: string): boolean =>
  (Object.values(publishedAs) as string[]).includes(contentType);
