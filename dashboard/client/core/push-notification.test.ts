import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import type { PushPayload } from '../../../contracts/messages/push-payload.ts';
import { PushReceiptBody } from '../../protocol/delivery.ts';
import { noConnectionPage, notificationOf, receiptOf } from './push-notification.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
const calls: PushPayload = {
  type: 'calls',
  messageId: 'm-1',
  title: '*** High alarm',
  body: 'ICU 1',
  priority: 'high',
  tag: 'alarm-0000000001',
  calls: [{ alarmId: 'alarm-0000000001', callId: 'alarm-0000000001/1/1' }],
};
const check: PushPayload = { type: 'check', checkId: '00000000-0000-4000-8000-000000000001' };

describe('the notification of a push message', () => {
  it('of calls sounds again when it replaces a former notification, and stays until the person acts', () => {
    const { title, options } = notificationOf(calls, nowMs);
    expect(title).toBe('*** High alarm');
    expect(options).toMatchObject({ body: 'ICU 1', tag: 'alarm-0000000001', renotify: true, requireInteraction: true });
    expect(options).not.toHaveProperty('silent');
  });

  it('of a canary is silent, and replaces the former notification', () => {
    const { options } = notificationOf(check, nowMs);
    expect(options).toMatchObject({ tag: 'vigil-check', silent: true });
    expect(options).not.toHaveProperty('renotify');
  });

  it('is also shown for a message that cannot be read, because somebody calls', () => {
    for (const payload of [undefined, { type: 'later version' } as never])
      expect(notificationOf(payload, nowMs)).toMatchObject({ title: 'Vigil calls you', options: { renotify: true } });
  });
});

it.each([calls, check])('the receipt of a message is what the server accepts', (payload) => {
  const { path, init } = receiptOf(payload);
  expect(path).toBe('/api/push-receipt');
  expect(init.headers).toMatchObject({ 'x-vigil': '1' });
  expect(Compile(PushReceiptBody).Check(JSON.parse(String(init.body)))).toBe(true);
});

it('the page "no connection" tells the person about it, is not stored, and runs no script', () => {
  expect(noConnectionPage.html).toContain('No connection to Vigil');
  expect(noConnectionPage.html).not.toContain('<script');
  expect(noConnectionPage.headers['cache-control']).toBe('no-store');
  expect(noConnectionPage.headers['content-security-policy']).toContain("default-src 'none'");
});
