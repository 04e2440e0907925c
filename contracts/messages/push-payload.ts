/**
 * The decrypted content of a push message, for the service worker of the page. The content never has the name of a
 * patient. The delivery process writes this content (processors/delivery/channels/push.ts). No `node:` import here: the
 * browser's build reads this file.
 */
import { type Static, Type } from 'typebox';
import { priorities } from '../priorities.ts';

const closed = { additionalProperties: false } as const;

/**
 * A message about alarms. The service worker shows `title` and `body`, and confirms `calls` with the stage `on-device`.
 */
export const PushCalls = Type.Object(
  {
    type: Type.Literal('calls'),
    messageId: Type.String({ minLength: 1, maxLength: 120 }),
    title: Type.String({ minLength: 1, maxLength: 120 }),
    /** Lines of text; may be empty. */
    body: Type.String({ maxLength: 1_000 }),
    priority: Type.Enum([...priorities]),
    /** A new notification replaces the notification with the same tag. */
    tag: Type.String({ minLength: 1, maxLength: 64 }),
    /** The calls, the most urgent first. If there are too many, only the first of them. */
    calls: Type.Array(
      Type.Object(
        {
          alarmId: Type.String({ minLength: 16, maxLength: 64 }),
          callId: Type.String({ minLength: 1, maxLength: 100 }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 20 },
    ),
  },
  closed,
);
export type PushCalls = Static<typeof PushCalls>;

/** A canary: the service worker confirms it, and shows nothing that a person must act on. */
export const PushCheck = Type.Object(
  {
    type: Type.Literal('check'),
    checkId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  },
  closed,
);
export type PushCheck = Static<typeof PushCheck>;

export const PushPayload = Type.Union([PushCalls, PushCheck]);
export type PushPayload = Static<typeof PushPayload>;
