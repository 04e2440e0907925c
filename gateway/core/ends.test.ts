import { expect, it } from 'vitest';
import { type EndCause, endOf } from './ends.ts';

it.each<[EndCause, boolean, number | undefined, boolean, string]>([
  [{ kind: 'disconnected' }, true, undefined, false, 'closed'],
  [{ kind: 'disconnected-with-will' }, true, undefined, true, 'will'],
  [{ kind: 'lost' }, true, undefined, true, 'will'],
  [{ kind: 'lost' }, false, undefined, true, 'closed'],
  [{ kind: 'keep-alive' }, true, 0x8d, true, 'keep-alive'],
  [{ kind: 'taken-over' }, true, 0x8e, true, 'taken-over'],
  [{ kind: 'violation', code: 0x81, reasonString: 'x' }, false, 0x81, true, 'refused'],
  [{ kind: 'certificate', reasonString: 'x' }, true, 0x87, true, 'refused'],
  // If Vigil fails, the client must get no error code. After an error code the client would not send the message again.
  [{ kind: 'append-failed' }, false, undefined, true, 'closed'],
  [{ kind: 'drained' }, true, 0x8b, false, 'drained'],
])(
  'endOf returns the right end for the cause %j (the client has a will: %s)',
  (cause, hasWill, code, isWillDue, endReason) => {
    const end = endOf(cause, hasWill);
    expect(end).toMatchObject({ code, isWillDue, endReason });
    expect(end.reasonString === undefined).toBe(end.code === undefined);
  },
);
