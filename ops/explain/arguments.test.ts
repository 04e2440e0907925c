import { describe, expect, it } from 'vitest';
import { readRequest } from './arguments.ts';

describe('readRequest', () => {
  it('readRequest reads the id, the account and the form of the result', () => {
    const base = { userId: 'anna', fromStdin: false, isJson: false };
    expect(readRequest(['12345678', '--as', 'anna'])).toEqual({ idStart: '12345678', ...base });
    expect(readRequest(['--as', 'anna', '--json', '--password-stdin', '--', '-2345678'])).toEqual({
      ...{ idStart: '-2345678', userId: 'anna', fromStdin: true, isJson: true },
    });
    expect(readRequest(['1234567890…', '--as', 'anna'])).toEqual({ idStart: '1234567890', ...base });
    expect(readRequest(['--help'])).toBeUndefined();
  });

  it.each([
    [['--as', 'anna'], /Name one alarm/],
    [['12345678', '12345679', '--as', 'anna'], /Name one alarm/],
    [['1234567', '--as', 'anna'], /at least 8 characters/],
    [['1234567\u001b', '--as', 'anna'], /is not the id of an alarm/],
    [['x'.repeat(65), '--as', 'anna'], /is not the id of an alarm/],
    [['12345678'], /Name your account with --as/],
  ])('readRequest refuses %j', (args, message) => {
    expect(() => readRequest(args)).toThrow(message);
  });
});
