import { describe, expect, it } from 'vitest';
import { deviceIds, helpText, parseOptions } from './options.ts';

describe('parseOptions', () => {
  it('parseOptions returns the defaults without arguments', () => {
    expect(parseOptions([])).toMatchObject({
      beds: 8,
      prefix: 'bed-',
      first: 1,
      scenario: 'steady',
      loop: true,
      waves: true,
      protocol: 5,
      waveQos: 1,
    });
    expect(deviceIds(parseOptions([]))).toEqual([
      'bed-01',
      'bed-02',
      'bed-03',
      'bed-04',
      'bed-05',
      'bed-06',
      'bed-07',
      'bed-08',
    ]);
  });

  it('parseOptions reads every option', () => {
    const args =
      '--beds 200 --scenario sepsis --prefix icu. --first 99 --speed 2.5 --no-loop --duration 1.5 --seed 0 --no-waves --wave-qos 0 --protocol 4 --recording a --recording b --url mqtts://h:1 --certs c --ca d --issue --json';
    expect(parseOptions(args.split(' '))).toMatchObject({
      beds: 200,
      scenario: 'sepsis',
      speed: 2.5,
      loop: false,
      durationMs: 1500,
      seed: 0,
      waves: false,
      waveQos: 0,
      protocol: 4,
      recordings: ['a', 'b'],
      url: 'mqtts://h:1',
      certs: 'c',
      ca: 'd',
      issue: true,
      json: true,
    });
    expect(deviceIds(parseOptions(args.split(' '))).slice(0, 2)).toEqual(['icu.99', 'icu.100']);
  });

  it.each([
    ['--beds 0', '--beds "0" is not a whole number from 1 to 2000'],
    ['--beds 2001', '--beds "2001" is not a whole number from 1 to 2000'],
    ['--beds 1.5', '--beds "1.5" is not a whole number from 1 to 2000'],
    ['--speed 0', '--speed "0" is not a number from 0.01 to 100000'],
    ['--speed -1', "Option '--speed' argument is ambiguous"],
    ['--duration x', '--duration "x" is not a number'],
    ['--scenario doom', '--scenario "doom" is not one of steady, desaturation'],
    ['--protocol 3', '--protocol "3" is not one of 4, 5'],
    ['--url mqtt://h:1883', '--url "mqtt://h:1883" does not have the form mqtts://host:port'],
    ['--prefix a/b', '"a/b01" is not a device id'],
    ['--nonsense', "Unknown option '--nonsense'"],
    ['bed-01', "Unexpected argument 'bed-01'"],
  ])('parseOptions refuses "%s" with one sentence', (args, what) => {
    const attempt = () => parseOptions(args.split(' '));
    expect(attempt).toThrow(what);
    expect(attempt).toThrow(/; see "npm run simulate -- --help"\.$/);
    expect(attempt).not.toThrow(/\n/);
  });

  it('the help text lists the scenarios', () => {
    expect(helpText).toContain('leads-off');
    expect(helpText).toContain('mixed');
  });
});
