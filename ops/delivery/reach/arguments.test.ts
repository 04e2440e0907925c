import { describe, expect, it } from 'vitest';
import { readReach } from './arguments.ts';

const id = '0b7f5c1e-3333-4444-8888-1234567890ab';
const add = ['add-webhook', '--user', 'anna', '--label', 'Pager', '--url', 'https://pager.example/1', '--as', 'tina'];
const without = (name: string) => {
  const at = add.indexOf(name);
  return add.toSpliced(at, 2);
};

describe('readReach', () => {
  it('readReach reads each command', () => {
    expect(readReach(['list'])).toEqual({ command: 'list', userId: undefined });
    expect(readReach(['list', '--user', 'anna'])).toEqual({ command: 'list', userId: 'anna' });
    expect(readReach(add)).toEqual({
      ...{ command: 'add-webhook', userId: 'anna', label: 'Pager', url: 'https://pager.example/1' },
      ...{ as: 'tina', fromStdin: false },
    });
    for (const command of ['test', 'remove'])
      expect(readReach([command, id, '--as', 'tina', '--password-stdin'])).toEqual({
        ...{ command, reachId: id, as: 'tina', fromStdin: true },
      });
    expect(readReach(['--help'])).toEqual({ command: 'help' });
  });

  it.each([
    [[], /"delivery reach " is not a command/],
    [['add'], /"delivery reach add" is not a command; see npm run vigil -- delivery reach --help\./],
    [['list', id], /is not a command/],
    [['remove', id, id, '--as', 'tina'], /is not a command/],
    [['list', '--as', 'tina'], /--as does not belong to list/],
    [['remove', id, '--url', 'https://x.example', '--as', 'tina'], /--url does not belong to remove/],
    [['remove', id], /Name your account with --as/],
    [['remove', '--as', 'tina'], /Give the id of the entry/],
    [['test', '1234', '--as', 'tina'], /Give the id of the entry/],
    [without('--user'), /Name the person whose calls are passed on with --user/],
    [without('--label'), /Name the other system for people with --label/],
    [without('--url'), /Give the address of the other system with --url/],
    [without('--as'), /Name your account with --as/],
    [[...add, '--label', ' '], /--label/],
    [[...add, '--label', 'a\nb'], /--label/],
    [[...add, '--label', 'a'.repeat(81)], /--label has more than 80 characters/],
    [[...add, '--secret', 'x'], /Unknown option/],
  ])('readReach refuses %j', (args, expected) => expect(() => readReach(args)).toThrow(expected));
});
