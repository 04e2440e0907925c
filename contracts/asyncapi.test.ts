import { readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Inbox, Observation, Status, Waveform } from './messages/device.ts';
import { DeviceAlerts } from './messages/device-alerts.ts';
import { deviceTopic, parseDeviceTopic } from './topics.ts';

type Document = {
  asyncapi: string;
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { schemas: Record<string, unknown>; messages: Record<string, { examples: { payload: unknown }[] }> };
};

const document = parse(readFileSync(new URL('./asyncapi.yaml', import.meta.url), 'utf8')) as Document;
const schemas: Record<string, TSchema> = { Observation, Waveform, Status, DeviceAlerts, Inbox };
const channels = {
  observations: 'Observation',
  waveforms: 'Waveform',
  status: 'Status',
  alerts: 'DeviceAlerts',
  inbox: 'Inbox',
} as const;

describe('asyncapi.yaml', () => {
  it('asyncapi.yaml follows AsyncAPI 3 and has a channel for each MQTT topic, and no other channel', () => {
    expect(document.asyncapi).toMatch(/^3\./);
    expect(Object.keys(document.channels)).toEqual(Object.keys(channels));
    for (const [kind, message] of Object.entries(channels)) {
      const channel = document.channels[kind]!;
      expect(channel.address).toBe(deviceTopic('{deviceId}', kind as 'inbox'));
      expect(parseDeviceTopic(channel.address.replace('{deviceId}', 'bed-01'))?.kind).toBe(kind);
      expect(Object.keys(channel.messages)).toEqual([message]);
    }
  });

  it.each(Object.keys(schemas))('asyncapi.yaml has the same schema of %s as the code', (name) => {
    expect(document.components.schemas[name]).toEqual(JSON.parse(JSON.stringify(schemas[name])));
  });

  it.each(Object.keys(schemas))('asyncapi.yaml has examples of %s that fit its schema', (name) => {
    const validator = Compile(schemas[name]!);
    const { examples } = document.components.messages[name]!;
    expect(examples.length).toBeGreaterThan(0);
    for (const { payload } of examples) {
      expect(validator.Check(payload)).toBe(true);
      // A message from a device may have unknown members. Vigil itself sends the inbox message, so the inbox message
      // has no unknown members.
      expect(validator.Check({ ...(payload as object), unknown: 1 })).toBe(name !== 'Inbox');
    }
    expect(validator.Check({})).toBe(false);
  });

  it('asyncapi.yaml lets devices publish to all topics except the inbox', () => {
    const received = Object.values(document.operations).filter((operation) => operation.action === 'receive');
    expect(received.map((operation) => operation.channel.$ref)).toEqual([
      '#/channels/observations',
      '#/channels/waveforms',
      '#/channels/status',
      '#/channels/alerts',
    ]);
  });
});
