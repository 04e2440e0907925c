import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { VigilError } from '../contracts/errors.ts';
import { type Manifest, readSettings, settingsHelpText } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string, mode: number) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

const manifest = {
  port: { kind: 'integer', env: 'V_PORT', min: 1, max: 65_535, help: 'port', fallback: 8883 },
  name: { kind: 'text', env: 'V_NAME', help: 'name', pattern: /^[a-z]+$/ },
  brokers: { kind: 'list', env: 'V_BROKERS', help: 'brokers', fallback: ['127.0.0.1:9092'] },
  on: { kind: 'switch', env: 'V_ON', help: 'switch', fallback: false },
  level: { kind: 'choice', env: 'V_LEVEL', choices: ['info', 'warn'], help: 'level', fallback: 'info' },
} as const satisfies Manifest;

function faultOf(env: Record<string, string>, checkedManifest: Manifest = manifest): string {
  try {
    readSettings(checkedManifest, env);
  } catch (error) {
    expect((error as VigilError).code).toBe('settings-invalid');
    return (error as VigilError).message;
  }
  return 'no fault';
}

describe('readSettings', () => {
  it('settings have defaults, are typed and frozen', () => {
    const settings = readSettings(manifest, { V_NAME: ' gateway ', V_BROKERS: 'a:1, b:2', V_ON: 'on' });
    expect(settings).toEqual({ port: 8883, name: 'gateway', brokers: ['a:1', 'b:2'], on: true, level: 'info' });
    expect(Object.isFrozen(settings)).toBe(true);
  });

  it('settings report all faults together, in one sentence', () => {
    const fault = faultOf({ V_PORT: '0', V_BROKERS: 'a:1,,b:2', V_ON: 'yes', V_LEVEL: 'loud' });
    for (const name of ['V_PORT', 'V_NAME', 'V_BROKERS', 'V_ON', 'V_LEVEL']) expect(fault).toContain(name);
    expect(fault.split('\n')).toHaveLength(1);
  });

  it('settings refuse a list with an item of the wrong form, and name the item', () => {
    const hosts: Manifest = { hosts: { kind: 'list', env: 'V_HOSTS', help: 'hosts', itemPattern: /^[a-z]+$/ } };
    expect(faultOf({ V_HOSTS: 'a, b' }, hosts)).toBe('no fault');
    expect(faultOf({ V_HOSTS: 'a,https://b' }, hosts)).toContain('V_HOSTS has a wrong item: "https://b"');
  });

  it.each([
    ['0', 'fault'],
    ['1', 'fine'],
    ['65535', 'fine'],
    ['65536', 'fault'],
    ['-1', 'fault'],
    ['1.5', 'fault'],
    ['1e3', 'fault'],
    ['0x10', 'fault'],
    ['NaN', 'fault'],
    ['', 'fine'],
  ])('the text %j for an integer from 1 to 65535 is a %s', (text, expected) => {
    expect(faultOf({ V_NAME: 'x', V_PORT: text }) === 'no fault' ? 'fine' : 'fault').toBe(expected);
  });

  it.each([
    ['V_NAME', 'gate\nway'],
    ['V_NAME', 'gate\u202eway'],
    ['V_BROKERS', 'a:1,b\u200b:2'],
  ])('settings refuse invisible characters in %s: %j', (name, text) => {
    const anyText = { ...manifest, name: { kind: 'text', env: 'V_NAME', help: 'name' } } as const satisfies Manifest;
    expect(faultOf({ V_NAME: 'x', [name]: text }, anyText)).toContain(`${name} contains a control character`);
  });

  it('settings read a secret from a file that only its owner and group may read', () => {
    const secret = { key: { kind: 'secret', env: 'V_KEY', help: 'key' } } as const satisfies Manifest;
    expect(readSettings(secret, { V_KEY: file('good', 'abc\n', 0o600) }).key).toBe('abc');
    expect(faultOf({ V_KEY: file('open', 'abc', 0o644) }, secret)).toContain('chmod 600');
    expect(faultOf({ V_KEY: file('empty', '\n', 0o600) }, secret)).toContain('empty');
    expect(faultOf({ V_KEY: join(folder, 'absent') }, secret)).toContain('cannot be read');
    expect(faultOf({ V_KEY: folder }, secret)).toContain('not a file');
    expect(faultOf({ V_KEY: file('open2', 'hunter2', 0o644) }, secret)).not.toContain('hunter2');
  });

  it('settingsHelpText returns a line for each setting', () => {
    const lines = settingsHelpText(manifest).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain('(required)');
    expect(lines[0]).toContain('(default: 8883)');
  });

  it('settingsHelpText names the values of a switch, and calls an empty default "none"', () => {
    const helpText = settingsHelpText({
      on: manifest.on,
      who: { kind: 'text', env: 'V_WHO', help: 'who', fallback: '' },
    });
    expect(helpText).toMatch(/V_ON .*\(on or off, default: off\)/);
    expect(helpText).toMatch(/V_WHO .*\(default: none\)/);
    expect(helpText).not.toContain('false');
  });
});
