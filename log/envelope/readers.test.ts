import { expect, it } from 'vitest';
import { services } from '../../contracts/topics.ts';
import { checkReaders } from './readers.ts';

const all = { keys: services.map((kid) => ({ kty: 'EC', kid })) };
const without = (service: string) => ({ keys: all.keys.filter(({ kid }) => kid !== service) });

it.each(services)('the service %s starts with the keys of all services', (service) => {
  expect(checkReaders(all, service)).toEqual(all);
});

it.each(['gateway', 'alarms'] as const)(
  'the service %s does not start with a file from before the strip writer; the error names the remedy',
  (service) => {
    expect(() => checkReaders(without('strips'), service)).toThrow(
      'The file that VIGIL_READERS_FILE names has no key of the service strips. Run "npm run certs", give the new file to every process, and start the processes again.',
    );
  },
);

it('a service starts without the key of a service that reads none of its records', () => {
  expect(checkReaders(without('trends'), 'strips').keys).toHaveLength(services.length - 1);
});

it.each([[null], [[]], ['keys'], [{}], [{ keys: 'none' }], [{ keys: [null] }]])(
  'the content %j is refused with the remedy',
  (content) => {
    expect(() => checkReaders(content, 'strips')).toThrow(/npm run certs/);
  },
);
