import { describe, expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import { inputOfText } from './intake.ts';

const place = { topic: 'observations', key: 'association-1', writer: 'w', boot: 'b1', seq: 7 } as const;
const time = '2026-03-01T10:00:00.000Z';
const intake = (contentType: string, body: unknown) =>
  inputOfText(contentType, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), place);
const values = [{ code: 'MDC_ECG_HEART_RATE', value: 80, unit: '/min' }];
const observation = { deviceId: 'bed-01', receivedAt: time, reading: { time, values } };
const by = { userId: 'u1', name: 'N', role: 'nurse' };

describe('inputOfText', () => {
  it('a reading gets the boot and sequence number of its envelope, and an interval only if the reading declares one', () => {
    expect(intake(contentTypes.observation, observation)).toEqual({
      ok: true,
      receivedAt: Date.parse(time),
      input: {
        type: 'observation',
        deviceId: 'bed-01',
        time: Date.parse(time),
        receivedAt: Date.parse(time),
        boot: 'b1',
        seq: 7,
        values,
      },
    });
  });

  it('if a parameter comes twice in a reading, the more serious value is used, in either order', () => {
    const [lessSerious] = values;
    const moreSerious = { ...lessSerious, value: 30 };
    for (const duplicateValues of [
      [lessSerious, moreSerious],
      [moreSerious, lessSerious],
    ]) {
      const reading = { time, values: duplicateValues };
      expect(intake(contentTypes.observation, { ...observation, reading })).toMatchObject({
        input: { values: [moreSerious] },
      });
    }
  });

  it('inputOfText converts a status, an end of a connection, a notice and a command', () => {
    const status = { deviceId: 'bed-01', receivedAt: time, reading: { online: true, conditions: [] } };
    expect(intake(contentTypes.status, status)).toMatchObject({
      ok: true,
      input: { type: 'status', online: true, conditions: [] },
    });
    const ended = { deviceId: 'bed-01', receivedAt: time, connected: false, reason: 'will' };
    expect(intake(contentTypes.connection, ended)).toMatchObject({
      ok: true,
      input: { type: 'connection', reason: 'will' },
    });
    const notice = { deviceId: 'bed-01', receivedAt: time, notice: 'unattributed', forMs: 120_000 };
    expect(intake(contentTypes.notice, notice)).toMatchObject({
      ok: true,
      input: { type: 'notice', notice: 'unattributed', forMs: 120_000 },
    });
    const command = {
      type: 'acknowledge',
      commandId: 'command-1',
      associationId: 'association-1',
      at: time,
      by,
      alarmId: 'a',
    };
    expect(intake(contentTypes.command, command)).toMatchObject({
      ok: true,
      receivedAt: undefined,
      input: { type: 'command' },
    });
  });

  const bad: [string, string, unknown][] = [
    ['a content that is not JSON', contentTypes.observation, '{'],
    ['another version', 'application/vnd.vigil.observation+json;v=2', observation],
    ['another type', 'text/plain', observation],
    ['a type that the engine does not use', contentTypes.presence, { at: time, wards: [] }],
    ['a reading without values', contentTypes.observation, { ...observation, reading: { time, values: [] } }],
    ['a day that does not exist', contentTypes.observation, { ...observation, receivedAt: '2026-02-30T10:00:00.000Z' }],
    [
      'an audio pause of 3 min',
      contentTypes.command,
      { type: 'pause-audio', commandId: 'command-1', associationId: 'association-1', at: time, by, forMs: 180_000 },
    ],
    [
      'an actor without a name',
      contentTypes.command,
      {
        type: 'acknowledge',
        commandId: 'command-1',
        associationId: 'association-1',
        at: time,
        by: { userId: 'u' },
        alarmId: 'a',
      },
    ],
  ];
  for (const [name, contentType, body] of bad)
    it(`inputOfText refuses ${name}, and the reason does not repeat the content`, () => {
      const result = intake(contentType, body);
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.reason).not.toMatch(/bed-01|80|2026/);
    });
});
