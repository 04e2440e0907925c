/** What the operator's command line and the gateway say to each other when rejected input is sent through again: a line of JSON each. */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { RejectedRecord } from './records.ts';

const closed = { additionalProperties: false } as const;

/** `boot` and `seq` are those of the rejected record's own envelope: they name it for ever, also where it lies in the log twice. */
export const RedriveRequest = Type.Object(
  {
    id: Type.String({ maxLength: 64 }),
    boot: Type.String({ maxLength: 64 }),
    seq: Type.Integer({ minimum: 0 }),
    record: RejectedRecord,
    /** Whose it is, as a person has decided. Without it the reading's own time decides. */
    associationId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  closed,
);
export type RedriveRequest = Static<typeof RedriveRequest>;

/**
 * `appended`: all in-sync replicas have the reading now. `invalid`: it is still no good, nothing was appended. `failed`: it is not
 * known to be in the log; the same again is harmless.
 */
export const RedriveResult = Type.Object(
  {
    id: Type.String(),
    outcome: Type.Enum(['appended', 'invalid', 'failed']),
    /** What is wrong with it, or with a part of it. */
    words: Type.Optional(Type.String()),
    /** Where it lies now. */
    place: Type.Optional(Type.Object({ topic: Type.String(), boot: Type.String(), seq: Type.Integer() }, closed)),
  },
  closed,
);
export type RedriveResult = Static<typeof RedriveResult>;

const request = Compile(RedriveRequest);
const result = Compile(RedriveResult);

/** A line as a request; undefined where it is none. */
export function readRequestLine(line: string): RedriveRequest | undefined {
  const value = parse(line);
  return request.Check(value) ? value : undefined;
}

/** A line as a result; undefined where it is none. */
export function readResultLine(line: string): RedriveResult | undefined {
  const value = parse(line);
  return result.Check(value) ? value : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
