/**
 * Messages that every gateway must refuse. These messages have no boot and no seq, because they do not count as
 * readings of the device.
 */
import { deviceTopic } from '../../contracts/topics.ts';

export type Garbage = {
  readonly name: string;
  readonly topic: string;
  readonly payload: string | Uint8Array;
  /**
   * 0 if the gateway may close the connection because of this message. With QoS 1 a device would send the message again
   * on each new connection.
   */
  readonly qos: 0 | 1;
};

type Kind = { readonly name: string; readonly make: (deviceId: string, time: string) => Omit<Garbage, 'name'> };

const observation = (deviceId: string, payload: unknown) => ({
  topic: deviceTopic(deviceId, 'observations'),
  payload: JSON.stringify(payload),
  qos: 1 as const,
});
const heartRate = { code: 'MDC_ECG_HEART_RATE', value: 80, unit: '/min' };

const kinds: readonly Kind[] = [
  {
    name: 'not JSON',
    make: (id) => ({ topic: deviceTopic(id, 'observations'), payload: '{"values": [', qos: 1 }),
  },
  {
    name: 'absurd value',
    make: (id, time) => observation(id, { time, values: [{ ...heartRate, value: 9000 }] }),
  },
  { name: 'wrong unit', make: (id, time) => observation(id, { time, values: [{ ...heartRate, unit: 'mm[Hg]' }] }) },
  {
    name: 'unknown code',
    make: (id, time) => observation(id, { time, values: [{ ...heartRate, code: 'MDC_NO_SUCH' }] }),
  },
  { name: 'no time', make: (id) => observation(id, { values: [heartRate] }) },
  { name: 'impossible time', make: (id) => observation(id, { time: '2026-02-30T25:61:00.000Z', values: [heartRate] }) },
  { name: 'no values', make: (id, time) => observation(id, { time, values: [] }) },
  { name: 'text as value', make: (id, time) => observation(id, { time, values: [{ ...heartRate, value: '80' }] }) },
  {
    name: 'not UTF-8',
    make: (id) => ({
      topic: deviceTopic(id, 'observations'),
      payload: Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28),
      qos: 1,
    }),
  },
  { name: 'empty', make: (id) => ({ topic: deviceTopic(id, 'status'), payload: '', qos: 1 }) },
  {
    name: 'odd samples',
    make: (id, start) => ({
      topic: deviceTopic(id, 'waveforms'),
      payload: JSON.stringify({
        start,
        code: 'MDC_ECG_ELEC_POTL_II',
        rateHz: 125,
        scale: 0.001,
        offset: 0,
        samples: 'AAAA',
      }),
      qos: 1,
    }),
  },
  {
    name: 'wrong topic',
    make: (id, time) => ({
      ...observation(id, { time, values: [heartRate] }),
      topic: `devices/${id}/opinions`,
      qos: 0,
    }),
  },
  {
    name: "another device's topic",
    make: (id, time) => ({ ...observation(`${id}-not-me`, { time, values: [heartRate] }), qos: 0 }),
  },
];

export const garbageNames: readonly string[] = kinds.map((kind) => kind.name);

/**
 * Returns the garbage message with the number `index` (from 0) of a device. After the last kind, the first kind comes
 * again.
 */
export function garbageMessage(index: number, deviceId: string, time: string): Garbage {
  const kind = kinds[index % kinds.length]!;
  const content = kind.make(deviceId, time);
  return { name: kind.name, ...content };
}
