/**
 * The messages between the operator's command line and the gateway for a redrive, which sends rejected input through
 * the gateway again. The messages are lines of JSON.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { RejectedRecord } from './records.ts';

const noOtherMembers = { additionalProperties: false } as const;

/** `boot` and `seq` are from the envelope of the rejected record, and identify this record. */
export const RedriveRequest = Type.Object(
  {
    id: Type.String({ maxLength: 64 }),
    boot: Type.String({ maxLength: 64 }),
    seq: Type.Integer({ minimum: 0 }),
    record: RejectedRecord,
    /** The association that a person chose. If absent, the time of the reading selects the association. */
    associationId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  noOtherMembers,
);
export type RedriveRequest = Static<typeof RedriveRequest>;

/**
 * `appended`: all in-sync replicas have the reading. `invalid`: the reading is still not valid, and was not appended.
 * `failed`: the reading may or may not be in the log; sending the same request again does no harm.
 */
export const RedriveResult = Type.Object(
  {
    id: Type.String(),
    outcome: Type.Enum(['appended', 'invalid', 'failed']),
    /** What is wrong with the reading, or with a part of it. */
    words: Type.Optional(Type.String()),
    /** The topic of the appended reading, and the numbers that identify the reading in this topic. */
    place: Type.Optional(
      Type.Object({ topic: Type.String(), boot: Type.String(), seq: Type.Integer() }, noOtherMembers),
    ),
  },
  noOtherMembers,
);
export type RedriveResult = Static<typeof RedriveResult>;

const request = Compile(RedriveRequest);
const result = Compile(RedriveResult);

/** Reads a line as a request; undefined if it is not a request. */
export function readRequestLine(line: string): RedriveRequest | undefined {
  const value = parse(line);
  return request.Check(value) ? value : undefined;
}

/** Reads a line as a result; undefined if it is not a result. */
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
