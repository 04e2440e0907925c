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

describe('notificationOf', () => {
  it('the notification of a call sounds again when it replaces a former notification, and stays until the person acts', () => {
    const { title, options } = notificationOf(calls, nowMs, 'en');
    expect(title).toBe('*** High alarm');
    expect(options).toMatchObject({ body: 'ICU 1', tag: 'alarm-0000000001', renotify: true, requireInteraction: true });
    expect(options).not.toHaveProperty('silent');
  });

  it('the notification of a canary is silent, and replaces the notification of the former canary', () => {
    const { options } = notificationOf(check, nowMs, 'en');
    expect(options).toMatchObject({ tag: 'vigil-check', silent: true });
    expect(options).not.toHaveProperty('renotify');
  });

  it('a message that cannot be read shows a notification too, because it may be a call', () => {
    for (const payload of [undefined, { type: 'later version' } as never])
      expect(notificationOf(payload, nowMs, 'en')).toMatchObject({
        title: 'Vigil calls you',
        options: { renotify: true },
      });
  });
});

it('the notifications of Vigil itself are German in a German browser', () => {
  expect(notificationOf(undefined, nowMs, 'de').title).toBe('Vigil ruft Sie');
  expect(notificationOf(check, nowMs, 'de').options.body).toMatch(/^Geprüft um \d\d:\d\d [A-Z0-9:+-]+\.$/);
});

it.each([calls, check])('the server accepts the receipt of a push message', (payload) => {
  const { path, init } = receiptOf(payload);
  expect(path).toBe('/api/push-receipt');
  expect(init.headers).toMatchObject({ 'x-vigil': '1' });
  expect(Compile(PushReceiptBody).Check(JSON.parse(String(init.body)))).toBe(true);
});

it('the page without a network says that there is no connection, is not stored, and runs no script', () => {
  for (const [language, heading] of [
    ['en', 'No connection to Vigil'],
    ['de', 'Keine Verbindung zu Vigil'],
  ] as const) {
    const { html, headers } = noConnectionPage(language);
    expect(html).toContain(heading);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toContain('<script');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  }
});
